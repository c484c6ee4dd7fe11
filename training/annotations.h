// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// x, y, visibility (0 or 1) of the 19 coco-plus joints; what a data set lacks is zero and invisible.
using Keypoints = std::array<float, kNumCocoPlusJoints * 3>;

/// A person in a picture file, annotated by hand.
struct AnnotatedPerson {
    std::filesystem::path picture;
    std::string id;       ///< unique within its set
    PixelBox box;         ///< the annotated box, or that of the joints where a set has none; pixels
    Keypoints keypoints{};  ///< pixels of the picture
};

/// The smallest box around the visible joints; width 0 when fewer than two are visible.
PixelBox boxOfKeypoints(const Keypoints& keypoints);

/// The same centre, sides times `factor`.
PixelBox scaledBox(const PixelBox& box, double factor);

int countVisible(const Keypoints& keypoints);

/// A table "file, x, y, v of 14 LSP joints" with one heading line; pictures lie in the folder that is named like the table
/// (train.csv, train/) or beside it. The box is that of the joints, 1.1 times as large. Throws Error naming the line: wrong
/// number of columns, no number, NaN, a missing picture.
std::vector<AnnotatedPerson> readLspTable(const std::filesystem::path& file);

/// COCO person keypoints ("images", "annotations" with 17 joints), pictures in the folder "images" beside the file or next
/// to it. People without visible joints and crowds are passed over; neck and head top, which COCO lacks, are invisible.
/// Throws Error naming the annotation.
std::vector<AnnotatedPerson> readCocoKeypoints(const std::filesystem::path& file);

/// Our neutral format (see training/label_lines.h), pictures beside the file. Throws Error naming the line or picture.
std::vector<AnnotatedPerson> readNeutralLabels(const std::filesystem::path& file);

/// Any of them: a .csv, a .json, a .jsonl, or a folder that holds labels.jsonl, person_keypoints.json or annotations of one
/// .csv. Throws Error.
std::vector<AnnotatedPerson> readAnnotations(const std::filesystem::path& path);

}  // namespace hmr
