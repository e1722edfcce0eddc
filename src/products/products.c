/* SPDX-License-Identifier: GPL-3.0-or-later */
/* products.c: the products of one moment, each made at most once. */
#include "products/products_internal.h"
#include <stdlib.h>

enum { MIN_CROP_SIDE = 16, MAX_CROP_SIDE = 512 };
static const size_t MAX_CROP_BYTES = (size_t)64 << 20;

static um_status make_products(um_products **out, um_error *err)
{
    um_products *p = um_calloc(1, sizeof *p);
    *out = NULL;
    if (!p)
        return um_fail_oom(err);
    if (pthread_mutex_init(&p->lock, NULL)) {
        free(p);
        return um_fail_oom(err);
    }
    if (pthread_cond_init(&p->made, NULL)) {
        pthread_mutex_destroy(&p->lock);
        free(p);
        return um_fail_oom(err);
    }
    *out = p;
    return UM_OK;
}

um_status um_products_new(um_products **out, um_product_streams *streams, const um_frame *frame,
                          const um_sound *sound, const um_faces *faces, um_error *err)
{
    const um_status st = make_products(out, err);
    if (st < 0)
        return st;
    (*out)->frame = frame;
    (*out)->sound = sound;
    (*out)->faces = faces;
    if (streams)
        um_product_streams_push(streams, *out);
    return UM_OK;
}

void um_products_free(um_products **products)
{
    if (!products || !*products)
        return;
    um_products *p = *products;
    for (um_product_crop *crop = p->crop, *next; crop; crop = next) {
        next = crop->next;
        um_image_free(&crop->image);
        free(crop);
    }
    um_image_free(&p->luma);
    um_image_free(&p->cb);
    um_image_free(&p->cr);
    free((void *)p->residual.value);
    free((void *)p->dct.value);
    free((void *)p->gradient.x);
    free((void *)p->flow.dx);
    um_image_free(&p->before);
    um_sound_products_clear(&p->of_sound);
    pthread_cond_destroy(&p->made);
    pthread_mutex_destroy(&p->lock);
    free(p);
    *products = NULL;
}

um_status um_product_once(um_products *p, um_once *once, um_product_make_fn *make, void *user, um_error *err)
{
    pthread_mutex_lock(&p->lock);
    while (once->state == UM_ONCE_MAKING)
        pthread_cond_wait(&p->made, &p->lock);
    if (once->state == UM_ONCE_EMPTY) {
        once->state = UM_ONCE_MAKING;
        pthread_mutex_unlock(&p->lock);
        um_error error = {0};
        const um_status status = make(p, user, &error);
        pthread_mutex_lock(&p->lock);
        once->status = status;
        once->error = error;
        once->state = UM_ONCE_DONE;
        pthread_cond_broadcast(&p->made);
    }
    pthread_mutex_unlock(&p->lock);
    /* done: nobody writes it any more */
    return once->status < 0 ? um_fail(err, once->status, "%s", once->error.text) : UM_OK;
}

/* ---- aligned faces ---- */

static um_status cut_face(um_products *p, void *user, um_error *err)
{
    um_product_crop *crop = user;
    return um_face_crop(&crop->image, p->frame->rgb, &p->faces->face[crop->face], crop->side, crop->margin,
                        err);
}

/* The place of a crop, new if need be; NULL when there is no memory for one more. */
static um_product_crop *find_crop(um_products *p, int face, int side, float margin)
{
    const size_t bytes = (size_t)side * (size_t)side * 3;
    pthread_mutex_lock(&p->lock);
    um_product_crop *crop = p->crop;
    while (crop && (crop->face != face || crop->side != side || crop->margin != margin))
        crop = crop->next;
    if (!crop && p->crop_bytes + bytes <= MAX_CROP_BYTES && (crop = um_calloc(1, sizeof *crop))) {
        crop->face = face;
        crop->side = side;
        crop->margin = margin;
        crop->next = p->crop;
        p->crop = crop;
        p->crop_bytes += bytes;
    }
    pthread_mutex_unlock(&p->lock);
    return crop;
}

um_status um_product_face(const um_image **out, um_products *p, int face, int side, float margin,
                          um_error *err)
{
    *out = NULL;
    if (!p->frame || !p->frame->rgb || !p->faces || face < 0 || face >= p->faces->n)
        return um_fail(err, UM_EINVAL, "there is no face %d in this moment", face);
    if (side < MIN_CROP_SIDE || side > MAX_CROP_SIDE || !(margin > 0))
        return um_fail(err, UM_EINVAL, "a face of %d pixels with a margin of %g is out of range", side,
                       margin);
    um_product_crop *crop = find_crop(p, face, side, margin);
    if (!crop)
        return um_fail(err, UM_ENOMEM, "no memory for one more face of this moment");
    const um_status st = um_product_once(p, &crop->once, cut_face, crop, err);
    if (st == UM_OK)
        *out = crop->image;
    return st;
}

um_status um_product_fits(const um_image *image, um_error *err)
{
    if ((int64_t)image->width * image->height > UM_PRODUCT_MAX_PIXELS)
        return um_fail(err, UM_EUNSUPPORTED, "a picture of %d x %d is too large for this", image->width,
                       image->height);
    return UM_OK;
}
