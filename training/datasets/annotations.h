// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "body/body_model.h"
#include "body/body_parameters.h"
#include "body/error.h"
#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// x, y, visibility (0 or 1) of the 19 coco-plus joints; what a data set lacks is zero and invisible.
using Keypoints = std::array<float, kNumCocoPlusJoints * 3>;

/// A person in a picture file with what is known of it.
struct AnnotatedPerson {
    std::filesystem::path picture;
    std::string id;       ///< unique within its set
    PixelBox box;         ///< the annotated box, or that of the joints where a set has none; pixels
    double boxMargin = 1;  ///< a box that is made from the joints is that much larger than their extent; 1: an annotated one
    Keypoints keypoints{};  ///< pixels of the picture
    Points3d joints3d;    ///< [19,3] coco-plus joints, metres, camera axes; NaN where a set lacks one; no rows without 3D labels
    std::optional<Eigen::Vector3d> pelvis;     ///< the set's own, as joints3d
    Points3d spineAndHead;                     ///< [2,3] Human3.6M's spine and middle of the head, as joints3d; no rows where a set has none
    std::optional<BodyParameters> parameters;  ///< root and translation in camera axes
    std::string parametersBody;                ///< id of the body they are of ("smpl" for SMPL's neutral one); empty: not told
    std::vector<std::string> groups;           ///< "action Walking", "protocol 2": figures are told for each
    std::filesystem::path silhouette, parts;   ///< label pictures: 0 background, 255 not judged; parts 1 to 6 as in body models
};

/// What is wrong with a data set, one sentence each.
using FaultList = std::vector<std::string>;

/// Reads a part of a data set, a person or a file. What it throws gets `where` before it; with a list it is written down there, and
/// the answer is false. Throws Error without one.
template <typename Read>
bool readPart(FaultList* faults, const std::string& where, const Read& read) {
    try {
        read();
        return true;
    } catch (const std::exception& error) {
        const std::string fault = where + ": " + error.what();
        if (faults == nullptr) throw Error(fault);
        faults->push_back(fault);
        return false;
    }
}

/// Which half of a data set, as its owners divide it.
enum class AnnotationPart { All, Training, Test };

/// Boxes that are made from joints are this much larger than their extent.
inline constexpr double kJointBoxMargin = 1.1;

/// Whether parameters of a body by that name (AnnotatedPerson::parametersBody) fit `body`: by its id, without one, or as "smpl" one of
/// SMPL's vertices. Levels of detail share the parameters of their body.
bool isOfBody(const std::string& name, const BodyModel& body);

/// Makes a joint visible at a place. Throws Error when a coordinate is not finite.
void setKeypoint(Keypoints& keypoints, int joint, float x, float y);

/// The picture of that name in the first folder that has it. Throws Error: a name that leads out of the folder, a missing picture.
std::filesystem::path pictureIn(const std::vector<std::filesystem::path>& folders, const std::string& name);

/// Throws Error with the complaint when nobody was read and no fault tells why.
void requireSomebody(const std::vector<AnnotatedPerson>& people, const FaultList* faults, const std::string& complaint);

/// The smallest box around the visible joints; width 0 when fewer than two are visible.
PixelBox boxOfKeypoints(const Keypoints& keypoints);

/// The same centre, sides times `factor`.
PixelBox scaledBox(const PixelBox& box, double factor);

/// Makes the person's box that of the visible joints, so much larger.
void setBoxOfJoints(AnnotatedPerson& person, double margin = kJointBoxMargin);

int countVisible(const Keypoints& keypoints);

// Readers throw Error at the first fault. With `faults` they write down what is wrong with single people and files, and read on;
// a file of another kind is an Error still.

/// A table "file, x, y, v of 14 LSP joints" with one heading line; pictures lie in the folder that is named like the table
/// (train.csv, train/) or beside it. The box is that of the joints, 1.1 times as large. Throws Error naming the line: wrong
/// number of columns, no number, NaN, a missing picture.
std::vector<AnnotatedPerson> readLspTable(const std::filesystem::path& file, FaultList* faults = nullptr);

/// COCO person keypoints ("images", "annotations" with 17 joints), pictures in the folder "images" beside the file, next to it,
/// or in COCO's own layout (annotations/person_keypoints_val2017.json and val2017/). People without visible joints and crowds are passed over; neck and head top, which COCO lacks, are invisible.
/// Throws Error naming the annotation.
std::vector<AnnotatedPerson> readCocoKeypoints(const std::filesystem::path& file, FaultList* faults = nullptr);

/// Our neutral format, a line of JSON for each picture (docs/datasets.md). Throws Error naming the line.
std::vector<AnnotatedPerson> readNeutralLabels(const std::filesystem::path& file, FaultList* faults = nullptr);

/// Any set: a .csv, a .json, a .jsonl, or a folder that holds labels.jsonl, person_keypoints.json, annotations of one .csv, or a
/// data set as its owners distribute it (training/datasets/dataset_folders.h). `part` chooses the half of those that are divided.
/// Throws Error, also when nobody is annotated and `faults` does not say why.
std::vector<AnnotatedPerson> readAnnotations(const std::filesystem::path& path, AnnotationPart part = AnnotationPart::All,
                                             FaultList* faults = nullptr);

}  // namespace hmr
