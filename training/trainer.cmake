# SPDX-License-Identifier: MIT
# Pictures with annotations (no Torch), and the trainer.

hmr_library(hmr_training_pictures
  SOURCES annotations.cpp config.cpp crop_transform.cpp drawing.cpp packed_pictures.cpp sample_queue.cpp
  PUBLIC hmr_body hmr_training_data
  PRIVATE hmr_formats nlohmann_json::nlohmann_json Threads::Threads)

hmr_library(hmr_training
  SOURCES batch.cpp checkpoint.cpp flat_parameters.cpp learner.cpp objective.cpp trainer.cpp trainer_outputs.cpp training_session.cpp
          training_data.cpp training_log.cpp validation.cpp
  PUBLIC hmr_training_pictures hmr_training_data hmr_network nlohmann_json::nlohmann_json
  PRIVATE hmr_formats)
