#include "tools/kordonctl/interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

void interrupt_heed(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    }
}

bool interrupt_came(void)
{
    return interrupted != 0;
}

enum reason interrupt_check_capture(struct failure *failure)
{
    return interrupt_came() ? failure_set(failure, REASON_CAPTURE_CANCELLED, "", NULL) : REASON_DONE;
}
