/// The files of the page as part of the binary. `files` is written by the plugin EmbedTexts before every build.
enum PageTexts {}
