/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net.c: pictures into tensors, as the manifest says. */
#include "networks/net.h"
#include "base/base.h"
#include <stdlib.h>
#include <string.h>

static um_status check_names(const um_net *net, const char *path, um_error *err)
{
    const um_output_name *names[4 * UM_MAX_STRIDES + 5];
    int n = 0;
    for (int i = 0; i < UM_MAX_STRIDES; i++) {
        names[n++] = &net->man.decoder.score[i];
        names[n++] = &net->man.decoder.object[i];
        names[n++] = &net->man.decoder.box[i];
        names[n++] = &net->man.decoder.points[i];
    }
    names[n++] = &net->man.landmarks.output;
    names[n++] = &net->man.landmarks.extra;
    names[n++] = &net->man.answer.output;
    names[n++] = &net->man.answer.map;
    names[n++] = &net->man.output;
    for (int i = 0; i < n; i++) {
        bool known = !*names[i]->text;
        for (int k = 0; !known && k < um_network_n_outputs(net->network); k++)
            known = !strcmp(um_network_output(net->network, k)->name, names[i]->text);
        if (!known)
            return um_fail(err, UM_EFORMAT, "%s: has no output '%s', which its manifest names", path,
                           names[i]->text);
    }
    return UM_OK;
}

/* Dimension i, which the manifest gives, unless the network leaves it open. */
static bool is_dim(const um_value_info *v, int i, int64_t dim)
{
    return v->dim[i] < 0 || v->dim[i] == dim;
}

/* [N][planes][rows][frames], or [N][rows][frames] of one plane. */
static bool fits_front(const um_value_info *v, const um_front_spec *f)
{
    const int rows = um_front_rows(f), at = v ? v->rank - 2 : 0;
    if (!v || !(v->rank == 4 || (v->rank == 3 && um_front_planes(f) == 1)))
        return false;
    return (v->rank == 3 || is_dim(v, 1, um_front_planes(f))) &&
           is_dim(v, at, f->frames_first ? f->frames : rows) &&
           is_dim(v, at + 1, f->frames_first ? rows : f->frames);
}

static um_status check_input(const um_net *net, const char *path, um_error *err)
{
    const um_net_input *in = &net->man.input;
    const um_value_info *v =
        um_network_n_inputs(net->network) == 1 ? um_network_input(net->network, 0) : NULL;
    if (in->kind == UM_INPUT_PICTURE && (!v || v->rank != 4))
        return um_fail(err, UM_EFORMAT, "%s: does not have one picture as input", path);
    if (in->kind == UM_INPUT_WAVE && (!v || v->rank != 2 || !is_dim(v, 1, in->sound.samples)))
        return um_fail(err, UM_EFORMAT, "%s: does not have %d samples as its one input", path,
                       in->sound.samples);
    if (in->kind == UM_INPUT_FRONT && !fits_front(v, &in->sound.front))
        return um_fail(err, UM_EFORMAT, "%s: does not have %d plane%s of %d x %d as its one input", path,
                       um_front_planes(&in->sound.front), um_front_planes(&in->sound.front) == 1 ? "" : "s",
                       um_front_rows(&in->sound.front), in->sound.front.frames);
    return UM_OK;
}

static um_status check_network(const um_net *net, const char *path, um_error *err)
{
    const um_network *n = net->network;
    um_status st = check_input(net, path, err);
    for (int i = 0; i < um_network_n_ops(n); i++)
        if (!um_network_op(n, i)->supported)
            return um_fail(err, UM_EUNSUPPORTED, "%s: operator %s is not supported", path,
                           um_network_op(n, i)->op);
    if (st < 0)
        return st;
    if (um_network_lacks(n))
        return um_fail(err, UM_EUNSUPPORTED, "%s: %s", path, um_network_lacks(n));
    if (um_network_n_outputs(n) > UM_NET_MAX_OUTPUTS)
        return um_fail(err, UM_EUNSUPPORTED, "%s: has more than %d outputs", path, UM_NET_MAX_OUTPUTS);
    if (*net->man.sha256 && strcmp(net->man.sha256, um_network_sha256(n)) != 0)
        return um_fail(err, UM_EFORMAT, "%s: not the network its manifest describes (SHA-256 differs)", path);
    return check_names(net, path, err);
}

/* Takes the network over, also after a failure. */
static um_status net_new(um_net **out, um_network *network, const um_manifest *man, const char *path,
                         um_pool *pool, um_error *err)
{
    um_net *net = um_calloc(1, sizeof *net);
    if (!net) {
        um_network_free(&network);
        return um_fail_oom(err);
    }
    net->man = *man;
    net->network = network;
    net->pool = pool;
    pthread_mutex_init(&net->lock, NULL);
    um_status st = check_network(net, path, err);
    if (st < 0)
        um_net_free(&net);
    *out = net;
    return st;
}

um_status um_net_open(um_net **out, const um_manifest *man, const char *path, um_pool *pool, um_error *err)
{
    um_network *network;
    *out = NULL;
    um_status st = um_network_open(&network, path, err);
    return st < 0 ? st : net_new(out, network, man, path, pool, err);
}

um_status um_net_open_memory(um_net **out, const um_manifest *man, const void *bytes, size_t n, um_pool *pool,
                             um_error *err)
{
    um_network *network;
    *out = NULL;
    um_status st = um_network_open_memory(&network, bytes, n, man->name, err);
    return st < 0 ? st : net_new(out, network, man, man->name, pool, err);
}

static void lease_free(um_lease *lease)
{
    um_tensor_free(&lease->in);
    um_front_free(&lease->front);
    um_session_free(&lease->session);
    free(lease);
}

void um_net_free(um_net **net)
{
    if (!net || !*net)
        return;
    for (um_lease *l = (*net)->idle, *next; l; l = next) {
        next = l->next;
        lease_free(l);
    }
    um_network_free(&(*net)->network);
    pthread_mutex_destroy(&(*net)->lock);
    free(*net);
    *net = NULL;
}

um_status um_net_lease(um_lease **out, um_net *net, um_error *err)
{
    pthread_mutex_lock(&net->lock);
    if ((*out = net->idle))
        net->idle = (*out)->next;
    pthread_mutex_unlock(&net->lock);
    if (*out)
        return UM_OK;
    if (!(*out = um_calloc(1, sizeof **out)))
        return um_fail_oom(err);
    (*out)->net = net;
    um_status st = um_session_new(&(*out)->session, net->network, net->pool, err);
    if (st < 0) {
        free(*out);
        *out = NULL;
    }
    return st;
}

void um_net_return(um_lease **lease)
{
    if (!lease || !*lease)
        return;
    um_net *net = (*lease)->net;
    pthread_mutex_lock(&net->lock);
    (*lease)->next = net->idle;
    net->idle = *lease;
    pthread_mutex_unlock(&net->lock);
    *lease = NULL;
}

static void fill_plane(float *to, const um_image *picture, int channel, float mean, float scale)
{
    int step = um_image_channels(picture->pixel);
    float table[256]; /* bytes are few: no arithmetic per pixel */
    for (int v = 0; v < 256; v++)
        table[v] = ((float)v - mean) * scale;
    for (int y = 0; y < picture->height; y++) {
        const uint8_t *from = picture->data + y * picture->stride + channel;
        for (int x = 0; x < picture->width; x++)
            *to++ = table[from[x * step]];
    }
}

um_status um_net_run_tensors(um_lease *lease, const um_tensor *const *in, um_error *err)
{
    return um_session_run(lease->session, in, lease->out, err);
}

um_status um_net_run(um_lease *lease, const um_image *picture, um_error *err)
{
    um_status st = UM_OK;
    const um_net_input *in = &lease->net->man.input;
    um_image *gray = NULL;
    int64_t dim[4] = {1, in->channels, picture->height, picture->width};
    if (!lease->in || lease->in->dim[2] != dim[2] || lease->in->dim[3] != dim[3]) {
        um_tensor_free(&lease->in);
        if ((st = um_tensor_new(&lease->in, UM_F32, 4, dim, err)) < 0)
            return st;
    }
    if (in->channels == 1) {
        if ((st = um_image_to_gray(&gray, picture, err)) < 0)
            return st;
        picture = gray;
    }
    int channels = um_image_channels(picture->pixel);
    size_t plane = (size_t)picture->width * (size_t)picture->height;
    for (int c = 0; c < in->channels; c++) {
        int from = channels == 1 ? 0 : in->bgr ? 2 - c : c;
        fill_plane((float *)lease->in->data + (size_t)c * plane, picture, from, in->mean[c], in->scale[c]);
    }
    st = um_net_run_tensors(lease, (const um_tensor *const[]){lease->in}, err);
    um_image_free(&gray);
    return st;
}

const um_tensor *um_net_output(const um_lease *lease, const um_output_name *name)
{
    const um_network *network = lease->net->network;
    if (*name->text)
        for (int i = 0; i < um_network_n_outputs(network); i++)
            if (!strcmp(um_network_output(network, i)->name, name->text))
                return lease->out[i] && lease->out[i]->dtype == UM_F32 ? lease->out[i] : NULL;
    return NULL;
}
