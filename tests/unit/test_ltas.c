/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The long-term average spectrum and its roll-off against scipy.signal.welch and numpy. */
#include "../check.h"
#include "dsp/stft.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 22050, N = 3 * RATE };

static const char script[] =
    "import sys, numpy as np\n"
    "from scipy.signal import welch\n"
    "x = np.fromfile(sys.argv[1], np.float32).astype(float); n = int(sys.argv[2]); fs = int(sys.argv[3])\n"
    "f, p = welch(x, fs, 'hann', n, n // 2, detrend=False, scaling='density')\n"
    "p *= fs / n\n"
    "edges = np.arange(len(p) + 1) - .5\n"
    "c = np.concatenate([[0], np.cumsum(p)]) / p.sum()\n"
    "print(' '.join('%.12g' % v for v in [p.sum(), np.interp(.5, c, edges), np.interp(.99, c, edges), "
    "*p[:200:20]]))\n";

static um_status add(void *user, int64_t first, const double *power, um_error *err)
{
    um_ltas_add(user, power);
    return UM_OK;
}

int main(void)
{
    static float sound[N];
    uint64_t seed = 21;
    double low = 0, total = 0;
    for (int i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        low += .3 * (((double)(seed >> 11) / 4503599627370496.0 - 1) - low);
        sound[i] = (float)(low + .3 * sin(2 * M_PI * 440. * i / RATE));
    }
    um_stft *stft = NULL;
    um_ltas ltas = {0};
    CHECK(um_stft_new(&stft, RATE, NULL) == UM_OK && um_ltas_init(&ltas, stft->n / 2 + 1, NULL) == UM_OK);
    CHECK(um_stft_push(stft, 0, sound, N, add, &ltas, NULL) == UM_OK);
    for (int k = 0; k < ltas.n_bins; k++)
        total += ltas.sum[k] /= (double)ltas.frames;

    char path[] = "/tmp/unmask-ltas-XXXXXX", command[4096], answer[1024] = "";
    const int fd = mkstemp(path);
    CHECK(fd >= 0 && write(fd, sound, sizeof sound) == (ssize_t)sizeof sound);
    close(fd);
    snprintf(command, sizeof command, "/usr/bin/python3 -c \"%s\" %s %d %d 2>/dev/null", script, path,
             stft->n, RATE);
    FILE *python = popen(command, "r");
    const bool ran = python && fgets(answer, sizeof answer, python);
    if (python)
        pclose(python);
    unlink(path);
    if (ran) {
        char *at = answer;
        CHECK_NEAR(strtod(at, &at), total, 1e-9 * total); /* both in double: rounding only */
        CHECK_NEAR(strtod(at, &at), um_rolloff(ltas.sum, ltas.n_bins, .5), 1e-6);
        CHECK_NEAR(strtod(at, &at), um_rolloff(ltas.sum, ltas.n_bins, .99), 1e-6);
        for (int k = 0; k < 200; k += 20)
            CHECK_NEAR(strtod(at, &at), ltas.sum[k], 1e-9 * (1e-3 + ltas.sum[k]));
    } else {
        fprintf(stderr, "skipped: no python3 with scipy\n");
    }
    um_ltas_clear(&ltas);
    um_stft_free(&stft);
    return ran ? check_done() : CHECK_SKIP;
}
