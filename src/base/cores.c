/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cores.c: the affinity of the process, and the quota of its control groups. A container with two cores on a
 * host of 64 shows both of them only there. (Linux, Documentation/admin-guide/cgroup-v2.rst, section "CPU",
 * and cgroup-v1: cpu.cfs_quota_us of scheduler/sched-bwc.rst.) */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base/cores.h"
#include "base/base.h"
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 64, PATH = 4096 };

/* Two numbers of the first line of a file; "max" leaves the first at -1. False when it cannot be read. */
static bool read_numbers(const char *path, long long *first, long long *second)
{
    char line[64];
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    bool read = fgets(line, sizeof line, f) != NULL;
    fclose(f);
    if (!read)
        return false;
    char *end = line;
    *first = strncmp(line, "max", 3) ? strtoll(line, &end, 10) : (end += 3, -1);
    *second = strtoll(end, NULL, 10);
    return true;
}

/* Cores that a quota of microseconds in each period stands for; 0: no limit. */
static int cores_of(long long quota, long long period)
{
    if (quota <= 0 || period <= 0 || quota / period >= MOST)
        return 0;
    return (int)((quota + period - 1) / period);
}

static int lower(int cores, int limit)
{
    return limit > 0 && limit < cores ? limit : cores;
}

/* The limits of a group and of those above it. `mount` is where its hierarchy lies. In a container the path
 * may be that of the host, which does not exist there: what is above it, down to the mount itself, still
 * counts. */
static int limit_of_group(int cores, const char *mount, const char *group, bool v2)
{
    char path[PATH], name[PATH];
    size_t n = (size_t)snprintf(path, sizeof path, "%s%s", mount, group);
    if (n >= sizeof path)
        return cores;
    while (n > strlen(mount) && path[n - 1] == '/')
        path[--n] = 0;
    for (;;) {
        long long quota, period, unused;
        if (v2 && snprintf(name, sizeof name, "%s/cpu.max", path) < PATH &&
            read_numbers(name, &quota, &period))
            cores = lower(cores, cores_of(quota, period));
        if (!v2 && snprintf(name, sizeof name, "%s/cpu.cfs_quota_us", path) < PATH &&
            read_numbers(name, &quota, &unused) &&
            snprintf(name, sizeof name, "%s/cpu.cfs_period_us", path) < PATH &&
            read_numbers(name, &period, &unused))
            cores = lower(cores, cores_of(quota, period));
        char *slash = strrchr(path, '/');
        if (!slash || (size_t)(slash - path) < strlen(mount))
            return cores;
        *slash = 0;
    }
}

static bool lists(const char *controllers, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = controllers; *p; p += strcspn(p, ","), p += *p == ',')
        if (!strncmp(p, name, n) && (p[n] == ',' || !p[n]))
            return true;
    return false;
}

int um_cores_granted(const char *root, int allowed)
{
    char path[PATH], line[PATH];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) { /* "4:cpu,cpuacct:/group", of version 2: "0::/group" */
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        controllers++;
        *group++ = 0;
        if (!*controllers) {
            snprintf(path, sizeof path, "%s/sys/fs/cgroup", root);
            allowed = limit_of_group(allowed, path, group, true);
        } else if (lists(controllers, "cpu")) {
            if (snprintf(path, sizeof path, "%s/sys/fs/cgroup/%s", root, controllers) < PATH)
                allowed = limit_of_group(allowed, path, group, false);
            snprintf(path, sizeof path, "%s/sys/fs/cgroup/cpu", root);
            allowed = limit_of_group(allowed, path, group, false);
        }
    }
    if (f)
        fclose(f);
    return um_clampi(allowed, 1, MOST);
}

int um_cores(void)
{
    cpu_set_t set; /* of 1024 processors; the call fails where there are more */
    long n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    return um_cores_granted("", um_clampi((int)n, 1, MOST));
}
