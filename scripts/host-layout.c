/* host-layout.c: prints what plugin-c/host_facts.h asks for, as the headers it is compiled against have it.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "host_facts.h"

static void print_flag(const char *name, const unsigned char *octets, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        if (octets[at] != 0) {
            printf("varying %s_at %zu\nvarying %s_mask %u\n", name, at, name, octets[at]);
            return;
        }
    }
}

int main(void)
{
    printf("version %d %d %d\n", WIRESHARK_VERSION_MAJOR, WIRESHARK_VERSION_MINOR, WIRESHARK_VERSION_MICRO);
#define PRINT(name, expression) printf("varying %s %lld\n", #name, (long long)(expression));
    HOST_VARYING_FACTS(PRINT)
#undef PRINT
#define PRINT(name, type, member) \
    { \
        union { \
            type value; \
            unsigned char octets[sizeof(type)]; \
        } probe; \
        memset(&probe, 0, sizeof probe); \
        probe.value.member = 1; \
        print_flag(#name, probe.octets, sizeof probe); \
    }
    HOST_FLAG_FACTS(PRINT)
#undef PRINT
    /* 0: no such function. */
    printf("varying strat_arguments %d\n", STRAT_ARGUMENTS);
#define PRINT(name, expression) printf("common %s %lld\n", #name, (long long)(expression));
    HOST_COMMON_FACTS(PRINT)
    return 0;
}
