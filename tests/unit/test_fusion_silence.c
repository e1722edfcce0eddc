/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a verdict has nothing to weigh: who says so, of whom, and how much of it fits. */
#include "base/text.h"
#include "fusion_said.h"

/* Why nothing is said of a person: what looks at pictures tells, of a voice what listens; of the file both.
 */
static void silences(void)
{
    static const char two[] = "{\"version\":1,\"name\":\"two\",\"signals\":["
                              "{\"name\":\"heard\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":0,"
                              "\"score_max\":4,\"log_lr_max\":2,\"sigma\":0.3},"
                              "{\"name\":\"seen\",\"version\":1,\"slope\":1,\"intercept\":0,\"score_min\":0,"
                              "\"score_max\":4,\"log_lr_max\":2,\"sigma\":0.3}]}";
    static const um_signal heard = {.name = "heard", .family = "sound", .version = 1},
                           seen = {.name = "seen", .family = "face", .version = 1};
    const um_subject file = um_file_subject();
    um_calibration *cal = load(two, NULL);
    um_findings *f[2] = {NULL};
    char long_name[700] = "";
    for (int i = 0; i < 60; i++)
        strcat(long_name, "n\xC3\xA4her "); /* its bytes are cut, never its characters */
    CHECK(um_findings_new(&f[0], &heard, NULL) == UM_OK &&
          um_findings_skip(f[0], file, NULL, "no sound") == UM_OK);
    CHECK(um_findings_new(&f[1], &seen, NULL) == UM_OK &&
          um_findings_skip(f[1], file, NULL, "too small") == UM_OK);
    um_findings_close(f[0]);
    um_findings_close(f[1]);
    um_verdict v = um_fusion_subject(cal, f, 2, um_person_subject(0));
    CHECK(strstr(v.reason, ": too small"));
    v = um_fusion_subject(cal, (um_findings *[]){f[1], f[0]}, 2, um_voice_subject(0));
    CHECK(strstr(v.reason, ": no sound"));
    v = um_fusion_subject(cal, f, 2, file);
    CHECK(strstr(v.reason, ": no sound")); /* the first of the table */
    um_findings_free(&f[1]);
    CHECK(um_findings_new(&f[1], &seen, NULL) == UM_OK &&
          um_findings_skip(f[1], file, NULL, "%s", long_name) == UM_OK);
    um_findings_close(f[1]);
    v = um_fusion_subject(cal, f, 2, um_person_subject(0));
    const char *rest = v.reason;
    while (*rest && um_utf8_next(&rest) != 0xFFFD)
        ;
    CHECK(strlen(v.reason) > 150 && !*rest);
    for (int i = 0; i < 2; i++)
        um_findings_free(&f[i]);
    um_calibration_free(&cal);
}

int main(void)
{
    silences();
    return check_done();
}
