// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>

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

/// "im0012.jpg" is the twelfth person's.
std::size_t numberIn(const fs::path& picture) {
    const std::string stem = picture.stem().string();
    const std::size_t start = stem.find_first_of("0123456789");
    std::size_t number = 0;
    if (start != std::string::npos) std::from_chars(stem.data() + start, stem.data() + stem.size(), number);
    return number;
}

/// The numbers of joints.mat, and the picture of each person.
struct People {
    std::vector<double> numbers;
    std::vector<fs::path> pictures;
    bool isOriginal = false;
};

People peopleOf(const fs::path& folder, FaultList* faults) {
    const MatValue joints = readMatVariable(folder / "joints.mat", "joints");
    const std::vector<std::size_t> shape = joints.shape();
    const bool isOriginal = shape.size() == 3 && shape[0] == 3 && shape[1] == kNumLspJoints;
    const bool isExtended = shape.size() == 3 && shape[0] == kNumLspJoints && shape[1] == 3;
    if (!isOriginal && !isExtended)
        throw Error((folder / "joints.mat").string() + ": expected \"joints\" as [3,14,N] (LSP) or [14,3,N] (LSP-extended)");
    People people{joints.numbers(), sortedPictures(folder / "images"), isOriginal};
    const bool areAllThere = readPart(faults, folder.string(), [&] {
        if (people.pictures.size() != shape[2])
            throw Error("joints.mat tells of " + std::to_string(shape[2]) + " people but images/ holds " + std::to_string(people.pictures.size()) +
                        " pictures; unpack the data set's whole archive");
    });
    if (areAllThere) return people;
    // the order tells nothing any more, but the names still do
    std::vector<fs::path> pictures(shape[2]);
    for (const fs::path& picture : people.pictures)
        if (const std::size_t number = numberIn(picture); number >= 1 && number <= pictures.size()) pictures[number - 1] = picture;
    people.pictures = std::move(pictures);
    return people;
}

AnnotatedPerson personAt(const People& people, std::size_t i, const fs::path& folder) {
    AnnotatedPerson person;
    person.picture = people.pictures[i];
    if (person.picture.empty()) throw Error("there is no picture in images/");
    person.id = (people.isOriginal ? "lsp/" : "lspet/") + person.picture.filename().string();
    for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) {
        const auto value = [&](std::size_t row) {
            return static_cast<float>(people.isOriginal ? people.numbers[row + 3 * (joint + 14 * i)] : people.numbers[joint + 14 * (row + 3 * i)]);
        };
        if ((value(2) > 0.5f) != people.isOriginal) setKeypoint(person.keypoints, static_cast<int>(joint), value(0), value(1));
    }
    setBoxOfJoints(person);
    person.silhouette = labelPicture(folder, person.picture.stem().string(), "_segmentation.png");
    person.parts = labelPicture(folder, person.picture.stem().string(), "_part_segmentation.png");
    return person;
}

}  // namespace

bool holdsLsp(const fs::path& folder) { return fs::exists(folder / "joints.mat") && fs::is_directory(folder / "images"); }

std::vector<AnnotatedPerson> readLsp(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    const People all = peopleOf(folder, faults);
    std::vector<AnnotatedPerson> people;
    for (std::size_t i = 0; i < all.pictures.size(); ++i) {
        const bool isTest = all.isOriginal && i >= all.pictures.size() / 2;
        if (part != AnnotationPart::All && isTest != (part == AnnotationPart::Test)) continue;
        readPart(faults, (folder / "joints.mat").string() + ": person " + std::to_string(i + 1), [&] {
            AnnotatedPerson person = personAt(all, i, folder);
            if (person.box.longerSide() > 0) people.push_back(std::move(person));
        });
    }
    return people;
}

}  // namespace hmr
