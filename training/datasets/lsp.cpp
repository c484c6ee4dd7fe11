// SPDX-License-Identifier: MIT
#include <algorithm>

#include "body/error.h"
#include "formats/mat_file.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> sortedPictures(const fs::path& folder) {
    std::vector<fs::path> pictures;
    if (fs::is_directory(folder))
        for (const auto& entry : fs::directory_iterator(folder)) {
            const std::string name = entry.path().filename().string();
            if (entry.path().extension() == ".jpg" || (entry.path().extension() == ".png" && name.find("segmentation") == std::string::npos))
                pictures.push_back(entry.path());
        }
    std::ranges::sort(pictures);
    return pictures;
}

/// UP-3D's label picture of a person, if there is one.
fs::path labelPicture(const fs::path& folder, const std::string& stem, const char* kind) {
    for (const char* place : {"segmentations", "images", "data/lsp"})
        if (const fs::path file = folder / place / (stem + kind); fs::is_regular_file(file)) return file;
    return {};
}

}  // namespace

bool holdsLsp(const fs::path& folder) { return fs::exists(folder / "joints.mat") && fs::is_directory(folder / "images"); }

std::vector<AnnotatedPerson> readLsp(const fs::path& folder, AnnotationPart part) {
    const MatValue joints = readMatVariable(folder / "joints.mat", "joints");
    const std::vector<std::size_t> shape = joints.shape();
    const bool isOriginal = shape.size() == 3 && shape[0] == 3 && shape[1] == kNumLspJoints;
    const bool isExtended = shape.size() == 3 && shape[0] == kNumLspJoints && shape[1] == 3;
    if (!isOriginal && !isExtended)
        throw Error((folder / "joints.mat").string() + ": expected \"joints\" as [3,14,N] (LSP) or [14,3,N] (LSP-extended)");
    const std::vector<fs::path> pictures = sortedPictures(folder / "images");
    if (pictures.size() != shape[2])
        throw Error(folder.string() + ": joints.mat tells of " + std::to_string(shape[2]) + " people but images/ holds " +
                    std::to_string(pictures.size()) + " pictures; unpack the data set's whole archive");
    const std::vector<double> numbers = joints.numbers();
    std::vector<AnnotatedPerson> people;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const bool isTest = isOriginal && i >= pictures.size() / 2;
        if (part != AnnotationPart::All && isTest != (part == AnnotationPart::Test)) continue;
        AnnotatedPerson person;
        person.picture = pictures[i];
        person.id = (isOriginal ? "lsp/" : "lspet/") + pictures[i].filename().string();
        for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) {
            const auto value = [&](std::size_t row) { return static_cast<float>(isOriginal ? numbers[row + 3 * (joint + 14 * i)] : numbers[joint + 14 * (row + 3 * i)]); };
            if ((value(2) > 0.5f) == isExtended) setKeypoint(person.keypoints, static_cast<int>(joint), value(0), value(1));
        }
        person.box = scaledBox(boxOfKeypoints(person.keypoints), kJointBoxMargin);
        person.silhouette = labelPicture(folder, pictures[i].stem().string(), "_segmentation.png");
        person.parts = labelPicture(folder, pictures[i].stem().string(), "_part_segmentation.png");
        if (person.box.longerSide() > 0) people.push_back(std::move(person));
    }
    return people;
}

}  // namespace hmr
