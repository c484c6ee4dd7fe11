# SPDX-License-Identifier: MIT
# The reader of MakeHuman's assets stands apart: only `hmr body build` needs it.
find_package(ZLIB REQUIRED)
hmr_library(hmr_makehuman
  SOURCES "${CMAKE_SOURCE_DIR}/formats/makehuman_assets.cpp"
  PUBLIC hmr_body
  PRIVATE ZLIB::ZLIB nlohmann_json::nlohmann_json)
