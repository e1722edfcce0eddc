/* net.c: pictures into tensors, as the manifest says. */
#include "faces/net.h"
#include "base/base.h"
#include <stdlib.h>
#include <string.h>

static um_status check_names(const um_net *net, const char *path, um_error *err)
{
    const um_output_name *names[4 * UM_MAX_STRIDES + 2];
    int n = 0;
    for (int i = 0; i < UM_MAX_STRIDES; i++) {
        names[n++] = &net->man.decoder.score[i];
        names[n++] = &net->man.decoder.object[i];
        names[n++] = &net->man.decoder.box[i];
        names[n++] = &net->man.decoder.points[i];
    }
    names[n++] = &net->man.landmarks.output;
    names[n++] = &net->man.embedding;
    for (int i = 0; i < n; i++) {
        bool known = !*names[i]->text;
        for (int k = 0; !known && k < um_model_n_outputs(net->model); k++)
            known = !strcmp(um_model_output(net->model, k)->name, names[i]->text);
        if (!known)
            return um_fail(err, UM_EFORMAT, "%s: has no output '%s', which its manifest names", path,
                           names[i]->text);
    }
    return UM_OK;
}

/* Takes the model over, also after a failure. */
static um_status check_model(um_net *net, um_model *model, const um_manifest *man, const char *path,
                             um_error *err)
{
    um_status st;
    memset(net, 0, sizeof *net);
    net->man = *man;
    net->model = model;
    for (int i = 0; i < um_model_n_ops(net->model); i++)
        if (!um_model_op(net->model, i)->supported) {
            st = um_fail(err, UM_EUNSUPPORTED, "%s: operator %s is not supported", path,
                         um_model_op(net->model, i)->op);
            goto fail;
        }
    if (um_model_n_inputs(net->model) != 1 || um_model_input(net->model, 0)->rank != 4) {
        st = um_fail(err, UM_EFORMAT, "%s: does not have one picture as input", path);
        goto fail;
    }
    if (*man->sha256 && strcmp(man->sha256, um_model_sha256(net->model)) != 0) {
        st = um_fail(err, UM_EFORMAT, "%s: not the network its manifest describes (SHA-256 differs)", path);
        goto fail;
    }
    if ((st = check_names(net, path, err)) < 0)
        goto fail;
    return UM_OK;
fail:
    um_net_close(net);
    return st;
}

um_status um_net_open(um_net *net, const um_manifest *man, const char *path, int threads, um_error *err)
{
    um_model *model;
    um_status st = um_model_open(&model, path, threads, err);
    return st < 0 ? st : check_model(net, model, man, path, err);
}

um_status um_net_open_memory(um_net *net, const um_manifest *man, const void *bytes, size_t n, int threads,
                             um_error *err)
{
    um_model *model;
    um_status st = um_model_open_memory(&model, bytes, n, man->name, threads, err);
    return st < 0 ? st : check_model(net, model, man, man->name, err);
}

void um_net_close(um_net *net)
{
    um_tensor_free(&net->in);
    um_model_close(&net->model);
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

um_status um_net_run(um_net *net, const um_image *picture, const um_tensor **out, um_error *err)
{
    um_status st = UM_OK;
    const um_net_input *in = &net->man.input;
    um_image *gray = NULL;
    int64_t dim[4] = {1, in->channels, picture->height, picture->width};
    if (!net->in || net->in->dim[2] != dim[2] || net->in->dim[3] != dim[3]) {
        um_tensor_free(&net->in);
        if ((st = um_tensor_new(&net->in, UM_F32, 4, dim, err)) < 0)
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
        fill_plane((float *)net->in->data + (size_t)c * plane, picture, from, in->mean[c], in->scale[c]);
    }
    st = um_model_run(net->model, (const um_tensor *const[]){net->in}, out, err);
    um_image_free(&gray);
    return st;
}

const um_tensor *um_net_output(const um_net *net, const um_tensor *const *out, const um_output_name *name)
{
    if (*name->text)
        for (int i = 0; i < um_model_n_outputs(net->model); i++)
            if (!strcmp(um_model_output(net->model, i)->name, name->text))
                return out[i]->dtype == UM_F32 ? out[i] : NULL;
    return NULL;
}
