// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/motion/animated_figure.h"

namespace hmr {

/// What a take can be written as.
enum class MotionFormat { Glb, Fbx, Bvh, ObjSequence, PlySequence, AmassNpz, ParametersNpz, ParametersJson, JointCsv };

/// How a format is named on the command line and in the window.
struct MotionFormatInfo {
    MotionFormat format;
    std::string_view name;       ///< "glb", "obj-sequence", …
    std::string_view title;
    std::string_view extension;  ///< with its dot; empty: a folder
    bool holdsSeveral;           ///< several people in one file
};
const std::vector<MotionFormatInfo>& motionFormats();
const MotionFormatInfo& motionFormat(MotionFormat format);
/// The format of this name; throws Error that lists the names.
const MotionFormatInfo& motionFormat(std::string_view name);
/// The format that a file's name asks for (.glb .fbx .bvh .csv .json; .npz is AMASS's layout); throws Error.
const MotionFormatInfo& motionFormatOf(const std::filesystem::path& file);

/// Writes people of a take. One file holds everybody where the format can and `onePerPerson` is false; otherwise files are
/// named "<stem>.<person><extension>". All of them appear, or none. Returns what was written. Throws Error.
std::vector<std::filesystem::path> exportTake(const std::filesystem::path& file, MotionFormat format, const BodyModel& model,
                                              const Take& take, const MotionExportSettings& settings, bool onePerPerson);

/// Reads a take: session (.hmrs, with its keys and the shapes set by hand), AMASS or our own .npz, our .json, .bvh, results of others (results_of_others.h). `remark`, where given, gets
/// a sentence for the user when something of the file does not fit the body and was left out. Throws Error.
Take readTake(const std::filesystem::path& file, const BodyModel& model, std::string* remark = nullptr);

}  // namespace hmr
