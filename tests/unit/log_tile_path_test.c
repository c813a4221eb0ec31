#include "tests/unit/unit.h"

#include "log/tile_path.h"

/* The specification's own examples, there and back. */
static void test_names_of_the_specification(void **state)
{
    (void)state;
    static const struct {
        struct tile_name name;
        const char *path;
    } cases[] = {
        {{TILE_HASHES, 0, 1234067, 256}, "tile/0/x001/x234/067"},
        {{TILE_HASHES, 0, 0, 256}, "tile/0/000"},
        {{TILE_HASHES, 1, 0, 17}, "tile/1/000.p/17"},
        {{TILE_HASHES, 0, 273, 112}, "tile/0/273.p/112"},
        {{TILE_ENTRIES, 0, 1000, 1}, "tile/entries/x001/000.p/1"},
        {{TILE_BODIES, 0, 999, 256}, "bodies/999"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[TILE_PATH_SIZE];
        struct tile_name name;
        assert_string_equal(tile_path_format(&cases[i].name, path), cases[i].path);
        assert_true(tile_path_parse(path, &name));
        assert_int_equal(name.kind, cases[i].name.kind);
        assert_int_equal(name.level, cases[i].name.level);
        assert_int_equal(name.index, cases[i].name.index);
        assert_int_equal(name.width, cases[i].name.width);
    }
}

/* A path has one spelling; nothing that leads elsewhere is one. */
static void test_other_spellings_are_refused(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "tile/0/0", "tile/0/0000", "tile/0/000/", "tile/00/000",
        "tile/0/x000/001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/",
        "tile/7/000", "tile/0/../000", "tile/0/001/x002", "bodies", "bodies/000.p/1000", "tile/entries/x/000",
        "tile/0/99999999999999999999", "../checkpoint", "tile/0/000.q/3"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct tile_name name;
        if (tile_path_parse(paths[i], &name))
            fail_msg("%s was taken", paths[i]);
    }
}

/* Size 70,000: 273 full tiles and 112 more leaves, one full tile above and 17 more, one hash at the top. */
static void test_widths_of_a_tree(void **state)
{
    (void)state;
    assert_int_equal(tile_width(70000, 0, 272), 256);
    assert_int_equal(tile_width(70000, 0, 273), 112);
    assert_int_equal(tile_width(70000, 0, 274), 0);
    assert_int_equal(tile_width(70000, 1, 0), 256);
    assert_int_equal(tile_width(70000, 1, 1), 17);
    assert_int_equal(tile_width(70000, 2, 0), 1);
    assert_int_equal(tile_width(70000, 3, 0), 0);
    assert_int_equal(tile_width(256, 0, 0), 256);
    assert_int_equal(tile_width(256, 0, 1), 0);
    assert_int_equal(tile_width(0, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_the_specification),
        cmocka_unit_test(test_other_spellings_are_refused),
        cmocka_unit_test(test_widths_of_a_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
