/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many cores there are: of the affinity, and of made control groups of both versions. */
#define _GNU_SOURCE
#include "../check.h"
#include "base/base.h"
#include "base/cores.h"
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void put(const char *name, const char *text)
{
    char path[512], part[512];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')); p++) {
        snprintf(part, sizeof part, "%.*s", (int)(p - path), path);
        mkdir(part, 0700);
    }
    CHECK(um_file_write(path, text, strlen(text), NULL) == UM_OK);
}

static void test_v2(void)
{
    put("proc/self/cgroup", "0::/machine/job\n");
    CHECK(um_cores_granted(root, 16) == 16); /* no file: no limit */
    put("sys/fs/cgroup/machine/job/cpu.max", "max 100000\n");
    CHECK(um_cores_granted(root, 16) == 16);
    put("sys/fs/cgroup/machine/job/cpu.max", "200000 100000\n");
    CHECK(um_cores_granted(root, 16) == 2);
    CHECK(um_cores_granted(root, 1) == 1);
    put("sys/fs/cgroup/machine/job/cpu.max", "150000 100000\n");
    CHECK(um_cores_granted(root, 16) == 2); /* one and a half: the second thread has something to do */
    put("sys/fs/cgroup/machine/job/cpu.max", "1000 100000\n");
    CHECK(um_cores_granted(root, 16) == 1);
    put("sys/fs/cgroup/machine/job/cpu.max", "600000 100000\n");
    put("sys/fs/cgroup/machine/cpu.max", "300000 100000\n"); /* the group above gives less */
    CHECK(um_cores_granted(root, 16) == 3);
    put("proc/self/cgroup", "0::/host/only/elsewhere\n"); /* a container that sees its own mount alone */
    put("sys/fs/cgroup/cpu.max", "400000 100000\n");
    CHECK(um_cores_granted(root, 16) == 4);
    put("sys/fs/cgroup/cpu.max", "nonsense\n");
    CHECK(um_cores_granted(root, 16) == 16);
    put("sys/fs/cgroup/cpu.max", "9000000000000000000 1\n");
    CHECK(um_cores_granted(root, 16) == 16);
    put("sys/fs/cgroup/cpu.max", "-5 -5\n");
    CHECK(um_cores_granted(root, 16) == 16);
}

static void test_v1(void)
{
    put("proc/self/cgroup", "9:name=systemd:/\n5:cpuset:/job\n4:cpu,cpuacct:/job\n0::/\n");
    put("sys/fs/cgroup/cpuset/job/cpu.cfs_quota_us", "100000\n"); /* not the controller of time */
    put("sys/fs/cgroup/cpuset/job/cpu.cfs_period_us", "100000\n");
    CHECK(um_cores_granted(root, 16) == 16);
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "50000\n");
    CHECK(um_cores_granted(root, 16) == 5);
    put("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
    CHECK(um_cores_granted(root, 16) == 16);
    put("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n"); /* mounted under the other name */
    put("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "50000\n");
    CHECK(um_cores_granted(root, 16) == 2);
}

int main(void)
{
    cpu_set_t before, one;
    char command[128];
    snprintf(root, sizeof root, "/tmp/unmask-cores-%d", (int)getpid());
    CHECK(mkdir(root, 0700) == 0);
    CHECK(um_cores_granted(root, 16) == 16 && um_cores_granted(root, 0) == 1);
    test_v2();
    test_v1();
    CHECK(sched_getaffinity(0, sizeof before, &before) == 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &before))
            CPU_SET(i, &one);
    CHECK(um_cores() >= 1 && um_cores() <= CPU_COUNT(&before));
    CHECK(sched_setaffinity(0, sizeof one, &one) == 0 && um_cores() == 1);
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    CHECK(system(command) == 0);
    return check_done();
}
