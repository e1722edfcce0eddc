/* SPDX-License-Identifier: GPL-3.0-or-later */
/* window.c: the window of `unmask edges`. SDL is loaded with the first one, which spares
 * all other runs 10 ms. */
#include "window.h"
#include "progress.h"
#include <SDL2/SDL.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

#define LIBRARY "libSDL2-2.0.so.0"
#define FUNCTIONS(F)              \
    F(SDL_CreateRenderer)         \
    F(SDL_CreateTexture)          \
    F(SDL_CreateWindow)           \
    F(SDL_DestroyRenderer)        \
    F(SDL_DestroyTexture)         \
    F(SDL_DestroyWindow)          \
    F(SDL_GetDisplayUsableBounds) \
    F(SDL_GetError)               \
    F(SDL_Init)                   \
    F(SDL_LockTexture)            \
    F(SDL_PollEvent)              \
    F(SDL_Quit)                   \
    F(SDL_RenderClear)            \
    F(SDL_RenderCopy)             \
    F(SDL_RenderPresent)          \
    F(SDL_RenderSetLogicalSize)   \
    F(SDL_SetHint)                \
    F(SDL_UnlockTexture)          \
    F(SDL_WaitEventTimeout)

static struct {
#define POINTER(name) __typeof__(name) *name;
    FUNCTIONS(POINTER)
} sdl;

static const double LATE_S =
    0.05; /* a picture so late is not drawn: the analysis is never slowed down by it */
static const double POLL_S = 0.02;   /* keys answer within this time */
static const double LATEST_S = 0.25; /* but one picture is drawn at least this often */

struct um_window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    double start_s; /* monotonic time of t_s = 0; 0 before the first picture */
    double drawn_s;
    bool paused, closed;
};

static um_status fail(um_error *err, const char *why)
{
    if (err) {
        err->code = UM_EIO;
        snprintf(err->text, sizeof err->text, "cannot open a window: %s", why);
    }
    return UM_EIO;
}

static bool load_sdl(void)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL), *f; /* stays until the end */
#define LOAD(name)                                \
    if (!library || !(f = dlsym(library, #name))) \
        return false;                             \
    memcpy(&sdl.name, &f, sizeof f);
    FUNCTIONS(LOAD)
    return true;
}

static bool has(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

bool um_window_possible(void)
{
    return has("DISPLAY") || has("WAYLAND_DISPLAY");
}

um_status um_window_open(um_window **out, const char *title, int width, int height, um_error *err)
{
    SDL_Rect screen = {0, 0, 1280, 720};
    *out = NULL;
    if (!um_window_possible())
        return fail(err, "no display here (write with --out FILE instead)");
    if (!load_sdl())
        return fail(err, LIBRARY " cannot be loaded (write with --out FILE instead)");
    /* named, or SDL would fall back to a window that nobody sees */
    sdl.SDL_SetHint(SDL_HINT_VIDEODRIVER, !has("WAYLAND_DISPLAY") ? "x11"
                                          : has("DISPLAY")        ? "x11,wayland"
                                                                  : "wayland");
    sdl.SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "linear");
    sdl.SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (sdl.SDL_Init(SDL_INIT_VIDEO) < 0)
        return fail(err, sdl.SDL_GetError());
    um_window *w = calloc(1, sizeof *w);
    if (!w) {
        sdl.SDL_Quit();
        return fail(err, "out of memory");
    }
    sdl.SDL_GetDisplayUsableBounds(0, &screen);
    double scale = fmin(1, fmin(.95 * screen.w / width, .9 * screen.h / height));
    w->window = sdl.SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                     (int)fmax(1, width * scale), (int)fmax(1, height * scale),
                                     SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (w->window)
        w->renderer = sdl.SDL_CreateRenderer(w->window, -1, 0);
    if (w->renderer)
        w->texture = sdl.SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB24, SDL_TEXTUREACCESS_STREAMING,
                                           width, height);
    if (!w->texture || sdl.SDL_RenderSetLogicalSize(w->renderer, width, height) < 0) {
        fail(err, sdl.SDL_GetError());
        um_window_close(&w);
        return UM_EIO;
    }
    *out = w;
    return UM_OK;
}

static void draw(um_window *w)
{
    sdl.SDL_RenderClear(w->renderer);
    sdl.SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    sdl.SDL_RenderPresent(w->renderer);
    w->drawn_s = um_now_s();
}

/* Waits at most `wait_s` for something to happen. */
static void handle_events(um_window *w, double wait_s)
{
    SDL_Event e;
    int timeout_ms = (int)ceil(wait_s * 1000);
    double paused_s = um_now_s();
    if (!(timeout_ms > 0 ? sdl.SDL_WaitEventTimeout(&e, timeout_ms) : sdl.SDL_PollEvent(&e)))
        e.type = SDL_FIRSTEVENT;
    do {
        SDL_Keycode key = e.type == SDL_KEYDOWN ? e.key.keysym.sym : 0;
        if (e.type == SDL_QUIT || key == SDLK_q || key == SDLK_ESCAPE)
            w->closed = true;
        else if (key == SDLK_SPACE && !e.key.repeat)
            w->paused = !w->paused;
        else if (e.type == SDL_WINDOWEVENT && (e.window.event == SDL_WINDOWEVENT_EXPOSED ||
                                               e.window.event == SDL_WINDOWEVENT_SIZE_CHANGED))
            draw(w);
    } while (sdl.SDL_PollEvent(&e));
    if (w->paused)
        w->start_s += um_now_s() - paused_s;
}

static void upload(um_window *w, const um_image *image)
{
    uint8_t *pixels;
    int pitch;
    if (sdl.SDL_LockTexture(w->texture, NULL, (void **)&pixels, &pitch) < 0)
        return;
    for (int y = 0; y < image->height; y++) {
        const uint8_t *from = image->data + y * image->stride;
        uint8_t *to = pixels + (ptrdiff_t)y * pitch;
        if (image->pixel == UM_RGB24)
            memcpy(to, from, 3 * (size_t)image->width);
        else
            for (int x = 0; x < image->width; x++)
                to[3 * x] = to[3 * x + 1] = to[3 * x + 2] = from[x];
    }
    sdl.SDL_UnlockTexture(w->texture);
}

um_status um_window_show(um_window *w, const um_image *image, double t_s, um_error *err)
{
    if (w->start_s <= 0)
        w->start_s = um_now_s() - t_s;
    double ahead_s;
    do {
        ahead_s = w->start_s + t_s - um_now_s();
        handle_events(w, w->paused ? POLL_S : fmin(POLL_S, fmax(0, ahead_s)));
    } while (!w->closed && (w->paused || w->start_s + t_s > um_now_s()));
    if (w->closed)
        return UM_ECANCELLED;
    if (ahead_s < -LATE_S && um_now_s() - w->drawn_s < LATEST_S)
        return UM_OK;
    upload(w, image);
    draw(w);
    return UM_OK;
}

um_status um_window_wait(um_window *w)
{
    while (!w->closed)
        handle_events(w, 1);
    return UM_ECANCELLED;
}

void um_window_close(um_window **window)
{
    if (!window || !*window)
        return;
    um_window *w = *window;
    if (w->texture)
        sdl.SDL_DestroyTexture(w->texture);
    if (w->renderer)
        sdl.SDL_DestroyRenderer(w->renderer);
    if (w->window)
        sdl.SDL_DestroyWindow(w->window);
    sdl.SDL_Quit();
    free(w);
    *window = NULL;
}
