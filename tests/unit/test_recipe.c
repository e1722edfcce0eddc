/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recipes: what is read, and what is refused with the number of its line. */
#include "../check.h"
#include "recipes/recipe.h"
#include <string.h>
#include <unistd.h>

static char name[UM_RECIPE_LINE];
static int64_t steps;
static double rate;
static const um_recipe_key keys[] = {{"name", UM_RECIPE_TEXT, name},
                                     {"steps", UM_RECIPE_INT, &steps, 1, 1000},
                                     {"rate", UM_RECIPE_NUMBER, &rate, 0, 1},
                                     {0}};

static bool refused(const char *text, const char *why)
{
    um_error err = {0};
    return um_recipe_parse(keys, text, "r", &err) == UM_EFORMAT && strstr(err.text, why);
}

int main(void)
{
    um_error err = {0};
    steps = 7;
    CHECK(um_recipe_parse(keys, "# all\n\n name =  two words # why\r\nrate=.5", "r", &err) == UM_OK);
    CHECK(!strcmp(name, "two words") && rate == .5 && steps == 7);
    CHECK(um_recipe_parse(keys, "steps = 1e3\n", "r", &err) == UM_OK && steps == 1000);
    CHECK(refused("rate = 1\nsteps = 0\n", "r: line 2: 'steps' is out of range"));
    CHECK(refused("steps = 1.5", "line 1: 'steps' is not a whole number"));
    CHECK(refused("rate = nan", "is not a number"));
    CHECK(refused("rate = 1x", "is not a number"));
    CHECK(refused("rate =", "has no value"));
    CHECK(refused("rate = 1\nrate = 1", "line 2: 'rate' comes twice"));
    CHECK(refused("\nspeed = 1", "line 2: no such key: 'speed'"));
    CHECK(refused("rate", "not of the form"));
    char value[UM_RECIPE_LINE], path[] = "/tmp/unmask-recipe-XXXXXX";
    const int f = mkstemp(path);
    CHECK(f >= 0 && close(f) == 0 && um_text_write(path, "speed = 3\n task = voice # net\n", NULL) == UM_OK);
    CHECK(um_recipe_find(value, "task", path, &err) == UM_OK && !strcmp(value, "voice"));
    CHECK(um_recipe_find(value, "network", path, &err) == UM_OK && !*value);
    unlink(path);
    CHECK(um_recipe_find(value, "task", path, &err) == UM_EIO && !*value);
    char line[UM_RECIPE_LINE + 8];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = 0;
    CHECK(refused(line, "longer than"));
    return check_done();
}
