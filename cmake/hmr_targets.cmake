# SPDX-License-Identifier: MIT
# The three ways this project declares targets: one set of flags, one helper for a library, one for a test binary.

add_library(hmr_flags INTERFACE)
target_compile_features(hmr_flags INTERFACE cxx_std_20)
target_compile_options(hmr_flags INTERFACE -Wall -Wextra -Wno-unknown-pragmas -Wno-psabi)
target_compile_definitions(hmr_flags INTERFACE QT_NO_KEYWORDS)
target_include_directories(hmr_flags INTERFACE "${CMAKE_SOURCE_DIR}")
if(HMR_SANITIZE)
  target_compile_options(hmr_flags INTERFACE -fsanitize=${HMR_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(hmr_flags INTERFACE -fsanitize=${HMR_SANITIZE})
endif()

# hmr_library(NAME SOURCES a.cpp … [PUBLIC libs…] [PRIVATE libs…] [PRECOMPILE headers… | PRECOMPILED_BY target])
# A static library of one folder. PUBLIC are what its headers include, PRIVATE what only its .cpp files do. PRECOMPILED_BY uses
# the precompiled headers of another library with the same flags. Files are compiled six at a time (HMR_UNITY): their headers cost more
# than they do, so names in anonymous namespaces must differ within a library.
option(HMR_UNITY "Compile several files of a library as one" ON)
function(hmr_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PRECOMPILED_BY" "SOURCES;PUBLIC;PRIVATE;PRECOMPILE")
  add_library(${name} STATIC ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON UNITY_BUILD ${HMR_UNITY} UNITY_BUILD_BATCH_SIZE 6)
  target_link_libraries(${name} PUBLIC hmr_flags ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(ARG_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
  elseif(ARG_PRECOMPILED_BY)
    target_precompile_headers(${name} REUSE_FROM ${ARG_PRECOMPILED_BY})
  endif()
endfunction()

# hmr_test(NAME LABEL unit|render|gui|cli|slow SOURCES test_a.cpp … LIBRARIES libs… [GUI] [PRECOMPILE headers… | PRECOMPILED_BY test])
# One QtTest binary of a folder; every test_<class>.cpp in it becomes one CTest entry <NAME>.<class> with the label.
# Without headers of its own to precompile, a test uses those of hmr_test_headers (tests/CMakeLists.txt).
# GUI tests run with the xcb platform, under xvfb-run when there is no display.
function(hmr_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "GUI" "LABEL;PRECOMPILED_BY" "SOURCES;LIBRARIES;PRECOMPILE")
  set(main "${CMAKE_SOURCE_DIR}/tests/support/test_main.cpp")
  add_executable(${name} ${main} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE hmr_flags hmr_qttest ${ARG_LIBRARIES})
  target_compile_definitions(${name} PRIVATE
    HMR_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data" HMR_RESOURCE_DIR="${CMAKE_SOURCE_DIR}/resources"
    HMR_BASELINES="${CMAKE_SOURCE_DIR}/tests/baselines" HMR_BINARY_DIR="${CMAKE_BINARY_DIR}/bin")
  if(ARG_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
  elseif(ARG_PRECOMPILED_BY)
    target_precompile_headers(${name} REUSE_FROM ${ARG_PRECOMPILED_BY})
  elseif(NOT ARG_GUI AND NOT "${ARG_LIBRARIES}" MATCHES "Qt6::Gui|app_ui|hmr_network|hmr_evaluation|hmr_training(;|$)")
    # Qt's Gui and LibTorch bring definitions of their own, with which these headers would be refused.
    target_precompile_headers(${name} REUSE_FROM hmr_test_headers)
  endif()
  if(ARG_GUI)
    target_link_libraries(${name} PRIVATE Qt6::Widgets)
    target_compile_definitions(${name} PRIVATE HMR_TEST_GUI)
  endif()
  foreach(source IN LISTS ARG_SOURCES)
    get_filename_component(class ${source} NAME_WE)
    if(class MATCHES "^test_")
      if(ARG_GUI)
        add_test(NAME ${name}.${class} COMMAND "${CMAKE_SOURCE_DIR}/tests/support/with_display.sh" $<TARGET_FILE:${name}> ${class})
      else()
        add_test(NAME ${name}.${class} COMMAND ${name} ${class})
      endif()
      set_tests_properties(${name}.${class} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600
        ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
      if(ARG_LABEL STREQUAL "unit")
        set_tests_properties(${name}.${class} PROPERTIES ENVIRONMENT "ASAN_OPTIONS=detect_leaks=1")
      endif()
    endif()
  endforeach()
endfunction()
