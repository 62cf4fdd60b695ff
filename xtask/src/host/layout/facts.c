/* facts.c: what plugin-c/host_facts.h asks for, as the headers it is compiled against have it.
 *
 * It is compiled and never run, so that headers of another system do too: the values stand as text in the object file,
 * where `cargo xtask host layout` looks for them.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host_facts.h"

#define DIGIT(value, place) (char)('0' + (unsigned long long)(value) / (place##ull) % 10)
#define DIGITS(value) \
    { \
        DIGIT(value, 1000000000), DIGIT(value, 100000000), DIGIT(value, 10000000), DIGIT(value, 1000000), \
            DIGIT(value, 100000), DIGIT(value, 10000), DIGIT(value, 1000), DIGIT(value, 100), DIGIT(value, 10), \
            DIGIT(value, 1) \
    }

/* "fact KIND NAME 0000000123". */
#define FACT(kind, name, value) \
    extern const struct kind##_##name { \
        char head[sizeof "fact " #kind " " #name " " - 1]; \
        char digits[10]; \
        char end; \
    } kind##_of_##name; \
    const struct kind##_##name kind##_of_##name = {"fact " #kind " " #name " ", DIGITS(value), '\n'};

#define VARYING(name, expression) FACT(varying, name, expression)
#define COMMON(name, expression) FACT(common, name, expression)
#define IP(name, expression) FACT(ip, name, expression)
HOST_VARYING_FACTS(VARYING)
HOST_COMMON_FACTS(COMMON)
HOST_IP_FACTS(IP)

FACT(version, major, WIRESHARK_VERSION_MAJOR)
FACT(version, minor, WIRESHARK_VERSION_MINOR)
FACT(version, micro, WIRESHARK_VERSION_MICRO)

/* "bits NAME " and a struct of which this member alone is 1; its size is a fact. */
#define BITS(name, type, member) \
    FACT(flag, name, sizeof(type)) \
    extern const struct bits_##name { \
        char head[sizeof "bits " #name " " - 1]; \
        type value; \
    } __attribute__((packed)) bits_of_##name; \
    const struct bits_##name bits_of_##name = {.head = "bits " #name " ", .value.member = 1};
HOST_FLAG_FACTS(BITS)
