package dev.freshet.events.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSizeTest {

    private final BatchSize size = new BatchSize();

    @Test
    void itGrowsStepByStepWhileEntriesAreSmall() {
        for (int i = 0; i < 10; i++) {
            size.learn(size.entries(), 100L * size.entries());
        }
        assertThat(size.entries()).isEqualTo(BatchSize.MAX_ENTRIES);
    }

    @Test
    void hugeEntriesAreReadOneByOne() {
        size.learn(16, 16L * 1024 * 1024 * 1024);
        assertThat(size.entries()).isEqualTo(1);
        size.learn(1, 100);
        assertThat(size.entries()).isEqualTo(2);
    }

    @Test
    void afterAFailureItAsksForOne() {
        size.failed();
        assertThat(size.entries()).isEqualTo(1);
    }
}
