package dev.freshet.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class AnswerTest {

    private final Answer answer = new Answer();

    @Test
    void anAnswerIsCompleteWithItsBody() throws IOException {
        assertThat(take("HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhel"))
                .isFalse();
        assertThat(take("lo")).isTrue();
        assertThat(answer.status()).isEqualTo(202);
    }

    @Test
    void theNextAnswerBeginsWhereOneEnds() throws IOException {
        ByteBuffer two = ByteBuffer.wrap("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 503 Busy\r\ncontent-length:0\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));

        assertThat(answer.take(two)).isTrue();
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.take(two)).isTrue();
        assertThat(answer.status()).isEqualTo(503);
    }

    @Test
    void anAnswerWithoutALengthIsRefused() {
        assertThatThrownBy(() -> take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"))
                .hasMessageContaining("without a length");
    }

    private boolean take(String text) throws IOException {
        return answer.take(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }
}
