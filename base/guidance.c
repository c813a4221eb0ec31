#include "base/guidance.h"

static const struct {
    const char *code, *text;
} rows[GUIDANCE_COUNT] = {[GUIDANCE_NONE] = {"", ""},
#define GUIDANCE_ROW(code, word, text) [GUIDANCE_##code] = {word, text},
    GUIDANCE_CODES(GUIDANCE_ROW)
#undef GUIDANCE_ROW
};

const char *guidance_code(enum guidance guidance)
{
    return rows[(unsigned)guidance < GUIDANCE_COUNT ? guidance : GUIDANCE_NONE].code;
}

const char *guidance_text(enum guidance guidance)
{
    return rows[(unsigned)guidance < GUIDANCE_COUNT ? guidance : GUIDANCE_NONE].text;
}
