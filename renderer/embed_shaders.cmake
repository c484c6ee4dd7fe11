# SPDX-License-Identifier: MIT
# cmake -DFILES=a.vert;b.frag -DOUTPUT=x.cpp -P embed_shaders.cmake: the files' text as C++ strings.
set(text "// SPDX-License-Identifier: MIT\n#include \"renderer/shader_sources.h\"\n\n")
string(APPEND text "std::string_view hmr::shaderSource(std::string_view fileName) {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" source)
  string(APPEND text "    if (fileName == \"${name}\") return R\"glsl(${source})glsl\";\n")
endforeach()
string(APPEND text "    return {};\n}\n")
file(WRITE "${OUTPUT}" "${text}")
