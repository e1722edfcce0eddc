/* unmask-models: trains the project's face networks (`make models`). Not installed. */
#include "sheet.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    um_error err = {0};
    photos all;
    landmark_set set;
    if (argc != 5 || strcmp(argv[1], "sheet") != 0) {
        fprintf(stderr, "usage: unmask-models sheet landmarks DATA OUT.png\n");
        return 2;
    }
    um_status st = photos_read(&all, argv[3], &err);
    if (st < 0 || (st = landmark_set_new(&set, &all, false, &err)) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    printf("%d photos, %.0f MB, %d damaged, %d faces\n", all.n, (double)all.bytes / 1e6, all.n_damaged,
           set.n);
    if (sheet_landmarks(&set, argv[4], &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    landmark_set_free(&set);
    photos_free(&all);
    return 0;
}
