/* program.c: the program that stands for tshark.exe: its arguments, in UTF-8, go to the stand-in's library; see host.h.
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifdef _WIN32
#include <windows.h>

#include <shellapi.h>
#include <stdlib.h>
#endif

int stand_in_main(int argc, char **argv);

#ifdef _WIN32

int main(void)
{
    int argc = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &argc);
    char **argv = calloc((size_t)argc + 1, sizeof *argv);
    if (wide == NULL || argv == NULL)
        return 70;
    for (int i = 0; i < argc; i++) {
        int size = WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, NULL, 0, NULL, NULL);
        argv[i] = malloc((size_t)size);
        if (argv[i] == NULL)
            return 70;
        (void)WideCharToMultiByte(CP_UTF8, 0, wide[i], -1, argv[i], size, NULL, NULL);
    }
    return stand_in_main(argc, argv);
}

#else

int main(int argc, char **argv)
{
    return stand_in_main(argc, argv);
}

#endif
