/* SPDX-License-Identifier: GPL-3.0-or-later */
/* embed.c: build-time generator: embed OUT.c TABLE FILE... writes each file as a terminated byte array, and
 * the table um_embedded TABLE[] of their names (src/base/embed.h). */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "usage: embed OUT.c TABLE FILE...\n");
        return 2;
    }
    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    fprintf(out, "#include \"base/embed.h\"\n");
    for (int i = 3; i < argc; i++) {
        FILE *in = fopen(argv[i], "rb");
        if (!in) {
            perror(argv[i]);
            return 1;
        }
        fprintf(out, "static const unsigned char file%d[] = {", i);
        for (int c, n = 0; (c = fgetc(in)) != EOF; n++)
            fprintf(out, "%s%d,", n % 32 ? "" : "\n", c);
        fputs("0};\n", out);
        if (ferror(in)) {
            perror(argv[i]);
            return 1;
        }
        fclose(in);
    }
    fprintf(out, "const um_embedded %s[] = {\n", argv[2]);
    for (int i = 3; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        fprintf(out, "    {\"%s\", file%d, sizeof file%d - 1},\n", slash ? slash + 1 : argv[i], i, i);
    }
    fputs("    {0},\n};\n", out);
    const bool bad = ferror(out) != 0;
    return fclose(out) != 0 || bad;
}
