// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <vector>

#include "training/datasets/annotations.h"

namespace hmr {

inline constexpr double kMillimetre = 1e-3;
inline constexpr double kBoxMargin = 1.2;  ///< of boxes around the joints, where a set has none of its own

/// The data sets of the field in the folders that their owners distribute. Each `holds…` looks for the files that tell the set;
/// each `read…` throws Error for what is missing, damaged or counts wrongly, with what to do, or writes it down (see readPart). MATLAB files need libmatio.

/// Leeds Sports Poses: joints.mat and images/. [3,14,N] is LSP (its second half is for tests; the flag marks hidden joints),
/// [14,3,N] LSP-extended (all for training; the flag marks joints that are annotated). Label pictures of UP-3D
/// (im1001_segmentation.png, im1001_part_segmentation.png) are taken from segmentations/, images/ or data/lsp/.
bool holdsLsp(const std::filesystem::path& folder);
std::vector<AnnotatedPerson> readLsp(const std::filesystem::path& folder, AnnotationPart part, FaultList* faults);

/// MPII Human Pose: mpii_human_pose_v1_u12_1.mat (here, in annotations/ or in its archive's folder) and images/. Every annotated
/// joint is visible, as the paper's code has it. The test half has no public annotations.
bool holdsMpii(const std::filesystem::path& folder);
std::vector<AnnotatedPerson> readMpii(const std::filesystem::path& folder, AnnotationPart part, FaultList* faults);

/// MPI-INF-3DHP: S1/Seq1/annot.mat with frames as S1/Seq1/imageFrames/video_0/frame_000001.jpg for training;
/// mpi_inf_3dhp_test_set/TS1/annot_data.mat (or TS1/ itself) with imageSequence/img_000001.jpg for tests: valid frames whose
/// joints are all inside the picture, 3D joints scaled to the universal skeleton, spine and head with them, groups "action …".
bool holdsMpiInf3dhp(const std::filesystem::path& folder);
std::vector<AnnotatedPerson> readMpiInf3dhp(const std::filesystem::path& folder, AnnotationPart part, FaultList* faults);

/// Human3.6M: S1/MyPoseFeatures/D3_Positions_mono/*.cdf and D2_Positions/*.cdf; every fifth frame, as a picture
/// S1/Frames/Directions 1.54138969/000001.jpg (numbered from 1) or images/S1_Directions_1.54138969_000001.jpg. S9 and S11 are
/// for tests, the others for training. Groups "action …" and, of tests, "protocol 1" (all), "protocol 2" (frontal camera, first
/// trial) and "protocol 2, action …".
bool holdsHuman36m(const std::filesystem::path& folder);
std::vector<AnnotatedPerson> readHuman36m(const std::filesystem::path& folder, AnnotationPart part, FaultList* faults);

/// 3DPW: sequenceFiles/{train,validation,test}/NAME.pkl and imageFiles/NAME/image_00000.jpg; frames whose camera is valid. 2D joints
/// are OpenPose's, 3D joints SMPL's (there is none at the head's top), parameters those of the person's own gender ("smpl-male").
bool holdsThreeDpw(const std::filesystem::path& folder);
std::vector<AnnotatedPerson> readThreeDpw(const std::filesystem::path& folder, AnnotationPart part, FaultList* faults);

}  // namespace hmr
