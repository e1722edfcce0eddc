/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.c: drawing, labelling and writing a sample. */
#include <stdlib.h>
#include <string.h>
#include <unmask/sink.h>
#include <unmask/source.h>

#include "figure/sample.h"
#include "figure/truth.h"
#include "media/draw.h"

static const char STRIP[] = "SYNTHETIC - unmask sample, not a real person";

/* A dark strip along the lower border. */
static void label(um_image *rgb)
{
    int scale = 3;
    while (scale > 1 && um_text_width(STRIP, scale) > rgb->width * 0.62)
        scale--;
    int height = UM_TEXT_HEIGHT * scale + 4 * scale + 2, text = um_text_width(STRIP, scale);
    um_draw_fill(rgb,
                 (um_rect){-0.5f, (float)(rgb->height - height) - 0.5f, (float)rgb->width, (float)height},
                 0x10141a, 0.82f);
    um_draw_text(rgb, (rgb->width - text) / 2, rgb->height - height + 2 * scale + 1, scale, 0xf2f2ee, STRIP);
}

static um_status write_truth(const um_json *truth, const char *path, um_error *err)
{
    um_buf name;
    char *text = NULL;
    um_buf_init(&name, 1 << 16);
    um_buf_printf(&name, "%s.truth.json", path);
    um_status st = name.broken ? um_fail_oom(err) : um_json_text(&text, truth, 0, err);
    if (st == UM_OK)
        st = um_file_write(name.data, text, strlen(text), err);
    free(text);
    um_buf_free(&name);
    return st;
}

static bool is_still(const char *path)
{
    size_t n = strlen(path);
    return n > 4 && !strcmp(path + n - 4, ".png");
}

static um_status write_still(scene *stage, um_json *truth, const script *plan, um_image *rgb,
                             const char *path, const char *comment, um_error *err)
{
    shot shots[MAX_PERSONS];
    um_status st = scene_draw(stage, rgb, plan->seconds, 0, shots, err);
    if (st < 0)
        return st;
    truth_frame(truth, plan, 0, plan->seconds, shots);
    label(rgb);
    return um_image_write_png(rgb, path, comment, err);
}

static um_status write_frames(scene *stage, um_writer *writer, um_json *truth, const script *plan,
                              const voice *sound, um_image *rgb, const sample_options *opt, um_error *err)
{
    shot shots[MAX_PERSONS];
    int64_t n = llround(opt->seconds * opt->fps);
    int heard = 0;
    um_status st = UM_OK;
    for (int64_t i = 0; i < n && st == UM_OK; i++) {
        double t = (double)i / opt->fps;
        if (opt->progress && !opt->progress(opt->user, t, opt->seconds))
            return um_fail(err, UM_ECANCELLED, "stopped");
        if ((st = scene_draw(stage, rgb, t, i, shots, err)) < 0)
            break;
        truth_frame(truth, plan, i, t, shots);
        label(rgb);
        int until = i + 1 == n ? sound->n_samples : (int)(t * VOICE_RATE_HZ);
        if ((st = um_writer_frame(writer, rgb, t, err)) == UM_OK && until > heard)
            st = um_writer_sound(writer, sound->sound + heard, until - heard, err);
        heard = until > heard ? until : heard;
    }
    return st;
}

um_status sample_write(const char *path, const sample_options *opt, um_error *err)
{
    um_status st;
    um_image *rgb = NULL;
    um_writer *writer = NULL;
    um_json *truth = NULL;
    scene *stage = NULL;
    voice sound = {0};
    char comment[200];
    script *plan = um_calloc(1, sizeof *plan);
    if (!plan)
        return um_fail_oom(err);
    snprintf(comment, sizeof comment, "unmask synthetic: unmask-sample %s, seed %llu; not a real person",
             um_version(), (unsigned long long)opt->seed);
    script_make(plan, opt->seed, opt->seconds, opt->persons, opt->yaw_range_deg);
    for (int i = 0; i < plan->n_persons; i++)
        plan->actor[i].look.wears_glasses = opt->glasses;
    plan->row = (group){opt->scene, opt->persons, (double)opt->width / opt->height, opt->seconds};
    scene_options picture = {opt->width, opt->height, (float)opt->cell_mm, opt->threads};
    if ((st = um_image_new(&rgb, opt->width, opt->height, UM_RGB24, err)) < 0 ||
        (st = scene_new(&stage, plan, &picture, err)) < 0)
        goto done;
    truth = truth_new(plan, &picture, scene_focal_px(stage), opt->fps, opt->command);
    if (is_still(path)) {
        st = write_still(stage, truth, plan, rgb, path, comment, err);
    } else {
        um_writer_options file = {opt->width, opt->height, opt->fps, VOICE_RATE_HZ, 1, comment};
        if ((st = voice_make(&sound, plan, err)) < 0 ||
            (st = um_writer_open(&writer, path, &file, err)) < 0 ||
            (st = write_frames(stage, writer, truth, plan, &sound, rgb, opt, err)) < 0)
            goto done;
        truth_voice(truth, plan, &sound);
        st = um_writer_finish(writer, err);
    }
    if (st == UM_OK)
        st = write_truth(truth, path, err);
done:
    um_writer_close(&writer);
    voice_free(&sound);
    um_json_free(&truth);
    scene_free(&stage);
    um_image_free(&rgb);
    free(plan);
    return st;
}
