// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "body/person_estimate.h"
#include "formats/atomic_file.h"
#include "formats/share_report.h"

namespace hmr {

/// The people of one frame.
struct FrameRecord {
    int index = 0;
    double time = 0;  ///< seconds from the start
    std::vector<PersonEstimate> people;
};

/// What `hmr run` writes for one input.
struct EstimateDocument {
    std::string source;
    int width = 0, height = 0;  ///< source pixels
    double frameRate = 0;       ///< 0 for a picture
    std::vector<FrameRecord> frames;
};

/// JSON, version 1: {"version":1,"source":…,"width":…,"height":…,"frames":[{"index","time","people":[{"id","box":[x,y,w,h],
/// "crop":{"center":[x,y],"side"},"confidence","camera":{"scale","translation":[tx,ty]},"pose":[72],"betas":[10],
/// "joints3d":[[24×3]],"joints2d":[[19×2]]}]}]}. Throws Error.
void writeParametersJson(const std::filesystem::path& file, const EstimateDocument& document);
EstimateDocument readParametersJson(const std::filesystem::path& file);

/// The same file written frame by frame, so that a long take need not be in memory as text. Destroyed without finish(), nothing is
/// left behind and an older file of the name is untouched.
class ParametersJsonFile {
public:
    /// Everything of `head` but its frames. Throws Error.
    ParametersJsonFile(const std::filesystem::path& file, const EstimateDocument& head);
    void add(const FrameRecord& frame);  ///< throws Error
    void finish();                       ///< throws Error

private:
    GrowingFile file_;
    bool hasFrames_ = false;
};

/// NPZ, one row a person and frame: frame_index, time, person_id, box [N,4], crop [N,3] (cx, cy, side), camera [N,3] (s, tx, ty),
/// pose [N,72], betas [N,10], joints3d [N,24,3], joints2d [N,19,2], confidence, source, width, height, frame_rate. Throws Error.
void writeParametersNpz(const std::filesystem::path& file, const EstimateDocument& document, const ShareReport& report = {});
EstimateDocument readParametersNpz(const std::filesystem::path& file);

}  // namespace hmr
