/* SPDX-License-Identifier: GPL-3.0-or-later */
/* photo.c: which readers there are, and how what they give becomes the one moment of a photo. */
#include "av/still/photo.h"
#include "av/source/damage.h"
#include "av/source/moment.h"
#include "av/source/picture.h"
#include "av/still/readers.h"
#include "base/base.h"
#include <stdlib.h>

const um_still_reader *um_photo_reader(const um_input *input)
{
    static const um_still_reader *const readers[] = {&um_still_jpeg, &um_still_png,  &um_still_webp,
                                                     &um_still_heif, &um_still_tiff, &um_still_jxl,
                                                     &um_still_jp2};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i]->is(input))
            return readers[i];
    return NULL;
}

static um_status describe(um_media *media, const um_still *s, um_error *err)
{
    const um_orientation o = um_orientation_of_exif(s->orientation);
    *media = (um_media){
        .path = media->path,
        .container = s->container,
        .video_codec = s->codec,
        .pixel_format = s->pixel_format ? s->pixel_format : "",
        .audio_codec = "",
        .pixel_aspect = 1, /* pixels of photos are square for every viewer, whatever the file says */
        .is_photo = true,
        .has_video = true,
        .width = o.transpose ? s->height : s->width,
        .height = o.transpose ? s->width : s->height,
        .rotation_deg = um_orientation_degrees(o),
        .colour = "",
        .remark = s->remark ? s->remark : "",
    };
    if (s->width < 1 || s->height < 1)
        return um_fail(err, UM_EFORMAT, "%s: a picture without size", s->input->path);
    if (s->width > UM_IMAGE_MAX_SIDE || s->height > UM_IMAGE_MAX_SIDE ||
        (int64_t)s->width * s->height > UM_IMAGE_MAX_PIXELS)
        return um_fail(err, UM_EUNSUPPORTED, "%s: pictures of %d x %d are too large", s->input->path,
                       media->width, media->height);
    return UM_OK;
}

static um_status convert(um_moment **out, um_media *media, const um_still *s, AVFrame *frame, unsigned want,
                         um_error *err)
{
    um_picture picture = {.is_photo = true};
    um_moment *m = um_moment_of_picture();
    um_status st = m ? UM_OK : um_fail_oom(err);
    char orientation[4];
    snprintf(orientation, sizeof orientation, "%d", s->orientation);
    if (st == UM_OK && av_dict_set(&frame->metadata, "Orientation", orientation, 0) < 0)
        st = um_fail_oom(err);
    if (st == UM_OK && (st = um_picture_begin(&picture, frame, 0, 0, NULL, 1, err)) == UM_OK)
        st = um_picture_convert(&picture, &m->frame->gray, &m->frame->rgb, frame, want, err);
    if (st == UM_OK) {
        media->width = picture.width;
        media->height = picture.height;
        media->colour = picture.colour;
        m->frame->key = true;
        m->frame->damaged = s->damage.broken_frames > 0;
        *out = m;
        m = NULL;
    }
    um_picture_end(&picture);
    um_moment_free(&m);
    return st;
}

um_status um_photo_read(um_moment **out, um_media *media, um_damage *damage, const um_still_reader *reader,
                        const um_input *input, unsigned want, um_error *err)
{
    um_still s = {.input = input, .orientation = 1};
    AVFrame *frame = NULL;
    um_status st;
    *out = NULL;
    if ((st = reader->look(&s, err)) < 0 || (st = describe(media, &s, err)) < 0 ||
        !(want & (UM_WANT_GRAY | UM_WANT_RGB | UM_WANT_CODEC)))
        goto done;
    if (!(frame = av_frame_alloc())) {
        st = um_fail_oom(err);
        goto done;
    }
    if ((st = reader->decode(frame, &s, err)) == UM_OK)
        st = convert(out, media, &s, frame, want, err);
    if (um_input_changed(input))
        um_damage_note(&s.damage, UM_NOTE_CHANGED);
    if (s.damage.broken_frames)
        um_damage_note(&s.damage, "damaged pictures: 1");
    *damage = s.damage;
done:
    av_frame_free(&frame);
    free(s.bytes);
    return st;
}
