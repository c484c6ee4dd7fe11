# SPDX-License-Identifier: MIT
# Pictures with annotations and judging a network (no Torch headers), and the trainer.
hmr_library(hmr_training_pictures
  SOURCES
    config.cpp
    curves.cpp
    datasets/annotations.cpp
    datasets/crop_transform.cpp
    datasets/dataset_check.cpp
    datasets/human36m.cpp
    datasets/lsp.cpp
    datasets/mpi_inf_3dhp.cpp
    datasets/mpii.cpp
    datasets/neutral_labels.cpp
    datasets/packed_pictures.cpp
    datasets/three_dpw.cpp
    drawing.cpp
    prior/mean_body.cpp
    sample_queue.cpp
    scenes/cutout_crowd.cpp
    scenes/detection_scenes.cpp
    scenes/figure_cover.cpp
  PUBLIC hmr_body hmr_training_data
  PRIVATE hmr_formats nlohmann_json::nlohmann_json Threads::Threads
  PRECOMPILED_BY hmr_formats)

hmr_library(hmr_evaluation
  SOURCES
    evaluation/answers.cpp
    evaluation/body_fitter.cpp
    evaluation/body_labels.cpp
    evaluation/case_pages.cpp
    evaluation/evaluation.cpp
    evaluation/evaluation_set.cpp
    evaluation/fit_method.cpp
    evaluation/fitted_labels.cpp
    evaluation/report.cpp
    evaluation/scores.cpp
    evaluation/synthetic_set.cpp
  PUBLIC hmr_body hmr_training_pictures hmr_training_data
  PRIVATE hmr_network hmr_formats nlohmann_json::nlohmann_json
  PRECOMPILE <Eigen/Core> <Eigen/Geometry> <Eigen/SparseCore> <filesystem> <map> <memory> <nlohmann/json.hpp> <string> <vector>)

hmr_library(hmr_training
  SOURCES
    batch.cpp
    checkpoint.cpp
    detector_learner.cpp
    flat_parameters.cpp
    hmr_learner.cpp
    learner.cpp
    lifted_bodies.cpp
    objective.cpp
    plot_run.cpp
    process_group.cpp
    trainer.cpp
    trainer_outputs.cpp
    training_data.cpp
    training_log.cpp
    training_session.cpp
    validation.cpp
  PUBLIC hmr_training_pictures hmr_training_data hmr_network nlohmann_json::nlohmann_json
  PRIVATE hmr_formats
  PRECOMPILED_BY hmr_network)
# c10d's Gloo group needs the headers of Gloo, which not every LibTorch brings; its NCCL group a LibTorch for CUDA that has it, and nccl.h.
set(processGroups "")
find_path(GLOO_INCLUDE_DIR gloo/context.h HINTS ${TORCH_INCLUDE_DIRS})
if(GLOO_INCLUDE_DIR)
  target_include_directories(hmr_training SYSTEM PRIVATE ${GLOO_INCLUDE_DIR})
  list(APPEND processGroups HMR_WITH_GLOO USE_C10D_GLOO)
endif()
if(TARGET torch_cuda)
  find_path(NCCL_INCLUDE_DIR nccl.h
    HINTS ${TORCH_INCLUDE_DIRS} ${CUDA_INCLUDE_DIRS} ${CUDAToolkit_INCLUDE_DIRS} "${TORCH_INSTALL_PREFIX}/../nvidia/nccl/include" $ENV{NCCL_HOME}/include)
  if(NCCL_INCLUDE_DIR)
    include(CheckCXXSourceCompiles)
    set(CMAKE_REQUIRED_FLAGS "-std=c++20")
    set(CMAKE_REQUIRED_INCLUDES ${NCCL_INCLUDE_DIR})
    set(CMAKE_REQUIRED_DEFINITIONS -DUSE_C10D_NCCL)
    set(CMAKE_REQUIRED_LIBRARIES ${TORCH_LIBRARIES})
    check_cxx_source_compiles("#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
      int main() { c10d::ProcessGroupNCCL group(c10::intrusive_ptr<c10d::Store>(), 0, 2); }" HMR_HAS_NCCL)
    foreach(variable FLAGS INCLUDES DEFINITIONS LIBRARIES)
      unset(CMAKE_REQUIRED_${variable})
    endforeach()
  endif()
  if(HMR_HAS_NCCL)
    target_include_directories(hmr_training SYSTEM PRIVATE ${NCCL_INCLUDE_DIR})
    list(APPEND processGroups HMR_WITH_NCCL USE_C10D_NCCL)
  endif()
endif()
if(processGroups)
  set_source_files_properties(process_group.cpp PROPERTIES COMPILE_DEFINITIONS "${processGroups}" SKIP_PRECOMPILE_HEADERS ON)
endif()
