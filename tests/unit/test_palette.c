/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The colours of persons: the page states those of the drawn pictures. On light paper it has darker ones of
 * the same hue, which can be read there. */
#include "../check.h"
#include "base/embed.h"
#include "report/palette.h"
#include <string.h>

extern const um_embedded um_embedded_report[];

static uint32_t stated(const char *css, int person)
{
    char name[32];
    snprintf(name, sizeof name, "--p%d: #", person + 1);
    const char *at = css ? strstr(css, name) : NULL;
    CHECK(at != NULL);
    return at ? (uint32_t)strtoul(at + strlen(name), NULL, 16) : 0;
}

/* 0..1 each */
static void components(double c[3], uint32_t colour)
{
    for (int i = 0; i < 3; i++)
        c[i] = (colour >> (16 - 8 * i) & 255) / 255.;
}

static double hue_deg(uint32_t colour)
{
    double c[3];
    components(c, colour);
    return atan2(sqrt(3) * (c[1] - c[2]), 2 * c[0] - c[1] - c[2]) * 180 / 3.14159265358979;
}

/* Relative luminance and contrast as WCAG 2.1 defines them. */
static double luminance(uint32_t colour)
{
    static const double weight[3] = {.2126, .7152, .0722};
    double c[3], sum = 0;
    components(c, colour);
    for (int i = 0; i < 3; i++)
        sum += weight[i] * (c[i] <= .04045 ? c[i] / 12.92 : pow((c[i] + .055) / 1.055, 2.4));
    return sum;
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + .05) / (fmin(x, y) + .05);
}

int main(void)
{
    const char *css = NULL;
    for (const um_embedded *e = um_embedded_report; e->name; e++)
        if (!strcmp(e->name, "page.css"))
            css = (const char *)e->data;
    const char *dark = css ? strstr(css, "prefers-color-scheme: dark") : NULL;
    for (int i = 0; i < UM_PERSON_COLOURS; i++) {
        uint32_t on_dark = stated(dark, i), on_light = stated(css, i);
        CHECK(on_dark == um_person_colour(i));
        CHECK(fabs(remainder(hue_deg(on_light) - hue_deg(on_dark), 360)) < 5); /* neighbours are 20 apart */
        CHECK(contrast(on_light, 0xFBFAF7) >= 4.5); /* on --paper; 4.5 is WCAG's level AA for text */
        for (int k = 0; k < i; k++)
            CHECK(fabs(remainder(hue_deg(on_dark) - hue_deg(um_person_colour(k)), 360)) > 20);
    }
    CHECK(um_person_colour(-1) == um_person_colour(0) && um_person_colour(7) == um_person_colour(1));
    return check_done();
}
