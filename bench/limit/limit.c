/*
 * The limit: what one thread can deliver on this machine, at best.
 *
 * One epoll loop holds all sockets and does one write() of one pre-built frame per subscriber per event. It knows
 * no users, no log, no resume; whatever a real server adds is measured against it.
 *
 *   limit <port> <control port>
 *
 * Subscribers:  GET /sse/<channel>   chunked text/event-stream
 *               GET /ws/<channel>    a WebSocket; only for the key of RFC 6455's own example, which the load
 *                                    generator sends, so no SHA-1 is needed here
 * Control:      the first connection is only held: when it ends the program does, so that it never outlives the
 *               benchmark. Of the others, one at a time, come
 *               S <length>\n<bytes>  the frame of an event for SSE, "#" and 12 digits in it
 *               W <length>\n<bytes>  the same for WebSocket
 *               P <channel> <12 digits>\n   one event: the digits are patched in once, then written to each
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FILES = 1 << 16, MAX_CHANNELS = 1 << 16, HEAD = 8192, FRAME = 1 << 16, DIGITS = 12, STALL_MS = 5000 };
enum transport { SSE, WEBSOCKET, TRANSPORTS };

struct frame {
    char bytes[FRAME];
    size_t length;
    size_t sequence; /* where its digits are */
};

struct list {
    int *files;
    int count, room;
};

struct subscriber {
    char *head; /* of its request, until that is complete */
    int length;
    int channel; /* -1: none yet */
    int index;   /* in its channel's list */
    enum transport transport;
};

static struct frame frames[TRANSPORTS];
static struct list channels[MAX_CHANNELS][TRANSPORTS];
static struct subscriber subscribers[MAX_FILES];
static int loop, lifeline = -1, control = -1;
static char commands[1 << 20];
static size_t pending;

static const char *ANSWERS[TRANSPORTS] = {
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int listen_on(int port) {
    int file = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(file, (struct sockaddr *)&address, sizeof address) || listen(file, 4096)) fail("listen");
    return file;
}

static void watch(int file) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = file};
    if (epoll_ctl(loop, EPOLL_CTL_ADD, file, &event)) fail("epoll_ctl");
}

static void leave(int file) {
    struct subscriber *s = &subscribers[file];
    if (s->channel >= 0) {
        struct list *list = &channels[s->channel][s->transport];
        int last = list->files[--list->count];
        list->files[s->index] = last;
        subscribers[last].index = s->index;
    }
    free(s->head);
    s->head = NULL;
    s->channel = -1;
    close(file);
}

/* All of it, waiting for the socket if it must: the publisher is slowed down, nothing is lost or kept. */
static int write_all(int file, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(file, bytes, length);
        if (written > 0) {
            bytes += written;
            length -= written;
        } else if (written < 0 && errno == EAGAIN) {
            struct pollfd wait = {.fd = file, .events = POLLOUT};
            if (poll(&wait, 1, STALL_MS) != 1) return -1;
        } else if (written < 0 && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static void publish(int channel, const char *digits) {
    for (int t = 0; t < TRANSPORTS; t++) {
        struct list *list = &channels[channel][t];
        struct frame *frame = &frames[t];
        if (list->count == 0 || frame->length == 0) continue;
        memcpy(frame->bytes + frame->sequence, digits, DIGITS);
        /* Backwards, because who cannot be written to leaves, and the last takes its place. */
        for (int i = list->count - 1; i >= 0; i--) {
            if (write_all(list->files[i], frame->bytes, frame->length)) leave(list->files[i]);
        }
    }
}

/* The bytes that one command took, 0 if it is not complete yet. */
static size_t command(char *from, size_t length) {
    char *end = memchr(from, '\n', length), *mark;
    if (end == NULL) return 0;
    size_t line = end - from + 1;
    if (*from == 'P') {
        int channel = atoi(from + 2);
        if (channel < 0 || channel >= MAX_CHANNELS || line < DIGITS + 5) fail("P");
        publish(channel, end - DIGITS);
        return line;
    }
    size_t size = strtoul(from + 2, NULL, 10);
    if (size > FRAME) fail("frame");
    if (length < line + size) return 0;
    struct frame *frame = &frames[*from == 'W' ? WEBSOCKET : SSE];
    memcpy(frame->bytes, end + 1, size);
    frame->length = size;
    mark = memmem(frame->bytes, size, "#000000000000", DIGITS + 1);
    if (mark == NULL) fail("frame without a place for the sequence");
    frame->sequence = mark + 1 - frame->bytes;
    return line + size;
}

static void obey(void) {
    ssize_t got = read(control, commands + pending, sizeof commands - pending);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        close(control);
        control = -1;
        pending = 0;
        return;
    }
    if (got < 0) return;
    pending += got;
    size_t done = 0, taken;
    while (done < pending && (taken = command(commands + done, pending - done)) > 0) done += taken;
    memmove(commands, commands + done, pending - done);
    pending -= done;
}

static void answer(int file) {
    struct subscriber *s = &subscribers[file];
    char *place;
    s->head[s->length] = 0;
    if (strstr(s->head, "\r\n\r\n") == NULL) return;
    if ((place = strstr(s->head, "GET /ws/")) == s->head) {
        s->transport = WEBSOCKET;
        s->channel = atoi(place + 8);
    } else if ((place = strstr(s->head, "GET /sse/")) == s->head) {
        s->transport = SSE;
        s->channel = atoi(place + 9);
    }
    if (s->channel < 0 || s->channel >= MAX_CHANNELS) {
        s->channel = -1;
        leave(file);
        return;
    }
    free(s->head);
    s->head = NULL;
    struct list *list = &channels[s->channel][s->transport];
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 4;
        list->files = realloc(list->files, list->room * sizeof(int));
        if (list->files == NULL) fail("realloc");
    }
    s->index = list->count;
    list->files[list->count++] = file;
    if (write_all(file, ANSWERS[s->transport], strlen(ANSWERS[s->transport]))) leave(file);
}

static void hear(int file) {
    struct subscriber *s = &subscribers[file];
    char ignored[4096];
    int in_head = s->channel < 0;
    ssize_t got = in_head ? read(file, s->head + s->length, HEAD - 1 - s->length) : read(file, ignored, sizeof ignored);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        leave(file);
    } else if (got > 0 && in_head) {
        s->length += got;
        answer(file);
    }
}

static void welcome(int listener) {
    int file, on = 1;
    while ((file = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (file >= MAX_FILES) {
            close(file);
            continue;
        }
        setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        subscribers[file] = (struct subscriber){.head = malloc(HEAD), .channel = -1};
        if (subscribers[file].head == NULL) fail("malloc");
        watch(file);
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "limit <port> <control port>\n");
        return 2;
    }
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    loop = epoll_create1(0);
    int listener = listen_on(atoi(arguments[1])), teller = listen_on(atoi(arguments[2]));
    watch(listener);
    watch(teller);
    struct epoll_event events[256];
    for (;;) {
        int ready = epoll_wait(loop, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            int file = events[i].data.fd;
            if (file == listener) {
                welcome(listener);
            } else if (file == teller) {
                int accepted = accept4(teller, NULL, NULL, SOCK_NONBLOCK);
                if (accepted >= 0) watch(lifeline < 0 ? (lifeline = accepted) : (control = accepted));
            } else if (file == lifeline) {
                return 0;
            } else if (file == control) {
                obey();
            } else {
                hear(file);
            }
        }
    }
}
