#include "daemon/transactions/deletion.h"

#include "json/writer.h"

void deletion_wipe_templates(
    struct locked_template *templates, size_t count, uint32_t *wiped, struct deletion *deletion)
{
    for (size_t i = 0; i < count; i++) {
        bool held = templates[i].memory.bytes != NULL;
        bool pictured = templates[i].picture.png.bytes != NULL;
        locked_template_finish(&templates[i]);
        *wiped += held;
        deletion->pictures += pictured;
    }
}

json_t *deletion_json(const struct deletion *deletion)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "images", deletion->images);
    json_write_integer(&json, "templates", deletion->templates);
    json_write_integer(&json, "references", deletion->references);
    json_write_integer(&json, "pictures", deletion->pictures);
    json_write_text(&json, "kept", deletion->sealed ? "sealed" : "none");
    return json_writer_end(&json);
}
