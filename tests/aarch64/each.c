/*
 * each.c: lets one tshark read every capture of a folder. Starting tshark takes an emulated processor seconds, a small capture
 * none; so this library, preloaded, waits until tshark has started and opens its file, and then splits the process: a child
 * for each capture, which reads that one in place of the file that was named, and prints into a file of its own. Nothing else
 * is changed: what a child does is what tshark does.
 *
 *   EACH_IN: the folder of the captures; EACH_OUT: where NAME.txt (what it prints, and its status) and NAME.err go
 *
 * Copyright (C) 2026 the synfin authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE = 2, PATH_SIZE = 4096 };

typedef void *open_function(const char *, unsigned, int *, char **, int);

static void die(const char *what)
{
    perror(what);
    _exit(1);
}

static int is_capture(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".pcap") == 0;
}

static int open_out(const char *name, const char *ending)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s%s", getenv("EACH_OUT"), name, ending);
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (file < 0) die(path);
    return file;
}

/* One child's end: its status is the last line of what it printed. */
static void wait_for_one(const pid_t *children, struct dirent **names, int count)
{
    int status = 0;
    const pid_t ended = wait(&status);
    for (int i = 0; i < count; i++) {
        if (children[i] != ended) continue;
        const int file = open_out(names[i]->d_name, ".txt");
        dprintf(file, "status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        close(file);
    }
}

/* Stands before Wireshark's function of this name, which opens a capture. */
void *wtap_open_offline(const char *named, unsigned type, int *error, char **text, int random);
void *wtap_open_offline(const char *named, unsigned type, int *error, char **text, int random)
{
    open_function *next;
    void *found = dlsym(RTLD_NEXT, "wtap_open_offline");
    memcpy(&next, &found, sizeof next);
    const char *folder = getenv("EACH_IN");
    if (!folder) return next(named, type, error, text, random);

    struct dirent **names;
    const int count = scandir(folder, &names, is_capture, alphasort);
    if (count <= 0) die(folder);
    pid_t *children = calloc((size_t)count, sizeof *children);
    if (!children) die("calloc");
    fflush(NULL);
    for (int i = 0; i < count; i++) {
        if (i >= AT_ONCE) wait_for_one(children, names, count);
        children[i] = fork();
        if (children[i] < 0) die("fork");
        if (children[i] == 0) {
            char path[PATH_SIZE];
            snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
            unsetenv("EACH_IN");
            if (dup2(open_out(names[i]->d_name, ".txt"), 1) < 0 || dup2(open_out(names[i]->d_name, ".err"), 2) < 0) die(path);
            return next(path, type, error, text, random);
        }
    }
    for (int i = 0; i < AT_ONCE && i < count; i++) wait_for_one(children, names, count);
    _exit(0);
}
