/* What expat's configure would find out about Emscripten. The driver sets the hash salt itself, so that every run builds
   the same tree: no source of entropy is needed. */
#define BYTEORDER 1234
#define HAVE_MEMMOVE 1
#define XML_CONTEXT_BYTES 1024
#define XML_DTD 1
#define XML_NS 1
#define XML_POOR_ENTROPY 1
