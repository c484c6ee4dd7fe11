// SPDX-License-Identifier: MIT
#include <array>
#include <optional>

#include "body/error.h"
#include "formats/mat_file.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr int kNumMpiiJoints = 16;
/// Coco-plus joint of each of MPII's; −1: pelvis and thorax, which the nineteen lack. MPII's upper neck is LSP's neck.
constexpr std::array<int, kNumMpiiJoints> kCocoPlusOfMpii = {0, 1, 2, 3, 4, 5, -1, -1, 12, 13, 6, 7, 8, 9, 10, 11};
constexpr const char* kFileName = "mpii_human_pose_v1_u12_1.mat";

fs::path annotationFile(const fs::path& folder) {
    for (const char* place : {"", "annotations", "mpii_human_pose_v1_u12_2", "mpii_human_pose_v1_u12_1"})
        if (const fs::path file = folder / place / kFileName; fs::exists(file)) return file;
    return {};
}

/// Joints of one of a picture's people.
Keypoints keypointsOf(const MatValue& people, std::size_t index) {
    Keypoints keypoints{};
    if (!people.has("annopoints")) return keypoints;
    const MatValue points = people.field("annopoints", index);
    if (points.count() == 0 || !points.has("point")) return keypoints;
    const MatValue point = points.field("point");
    for (std::size_t i = 0; i < point.count(); ++i) {
        const double id = point.field("id", i).number();
        if (id < 0 || id >= kNumMpiiJoints) throw Error("an MPII joint has the number " + std::to_string(id) + ", expected 0 to 15");
        if (const int joint = kCocoPlusOfMpii[static_cast<std::size_t>(id)]; joint >= 0)
            setKeypoint(keypoints, joint, static_cast<float>(point.field("x", i).number()), static_cast<float>(point.field("y", i).number()));
    }
    return keypoints;
}

}  // namespace

bool holdsMpii(const fs::path& folder) { return !annotationFile(folder).empty(); }

std::vector<AnnotatedPerson> readMpii(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    const fs::path file = annotationFile(folder);
    if (part == AnnotationPart::Test) throw Error(file.string() + ": the annotations of MPII's test half are not public; ask for the training part (--part training)");
    const MatValue release = readMatVariable(file, "RELEASE");
    const MatValue pictures = release.field("annolist"), isTraining = release.field("img_train");
    const std::vector<double> flags = isTraining.numbers();
    if (flags.size() != pictures.count())
        throw Error(file.string() + ": \"img_train\" has " + std::to_string(flags.size()) + " entries for " + std::to_string(pictures.count()) + " pictures");
    std::vector<AnnotatedPerson> people;
    for (std::size_t i = 0; i < pictures.count(); ++i) {
        if (flags[i] < 0.5) continue;
        const std::string name = pictures.field("image", i).field("name").text();
        const MatValue rectangles = pictures.field("annorect", i);
        for (std::size_t j = 0; j < rectangles.count(); ++j) {
            const std::string id = name + "#" + std::to_string(j);
            readPart(faults, file.string() + ": " + id, [&] {
                AnnotatedPerson person;
                person.keypoints = keypointsOf(rectangles, j);
                setBoxOfJoints(person);
                if (person.box.longerSide() <= 0) return;
                person.id = "mpii/" + id;
                person.picture = pictureIn({folder / "images", file.parent_path() / "images", folder}, name);
                people.push_back(std::move(person));
            });
        }
    }
    return people;
}

}  // namespace hmr
