/* unmask-models: trains the project's face networks (`make models`). Not installed. */
#include "sheet.h"
#include "teacher.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    um_error err = {0};
    photos all;
    landmark_set set;
    if (argc != 6 || strcmp(argv[1], "sheet") != 0) {
        fprintf(stderr, "usage: unmask-models sheet DATA MODELS CACHE OUT\n");
        return 2;
    }
    um_status st = photos_read(&all, argv[2], &err);
    if (st < 0 || (st = landmark_set_new(&set, &all, false, &err)) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 3;
    }
    printf("%d photos, %.0f MB, %d damaged, %d faces\n", all.n, (double)all.bytes / 1e6, all.n_damaged,
           set.n);
    char path[512];
    snprintf(path, sizeof path, "%s-landmarks.png", argv[5]);
    st = sheet_landmarks(&set, path, &err);
    teacher_counts counts;
    if (st == UM_OK && (st = photos_read_unlabelled(&all, argv[2], &err)) == UM_OK &&
        (st = teach_faces(&all, argv[3], argv[4], &counts, &err)) == UM_OK) {
        printf("%d photos: %d annotated faces confirmed, %d not seen; %d more believed, %d doubted\n", all.n,
               counts.confirmed, counts.alone, counts.believed, counts.doubted);
        snprintf(path, sizeof path, "%s-detector.png", argv[5]);
        st = sheet_detector(&all, path, &err);
    }
    if (st < 0)
        fprintf(stderr, "%s\n", err.text);
    landmark_set_free(&set);
    photos_free(&all);
    return st < 0;
}
