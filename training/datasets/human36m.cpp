// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <map>

#include "body/error.h"
#include "formats/cdf_file.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNumJoints = 32, kFrameStep = 5;
constexpr const char* kFrontalCamera = "60457274";
/// Rows of the 14 LSP joints among the set's 32.
constexpr std::array<std::size_t, kNumLspJoints> kRows = {3, 2, 1, 6, 7, 8, 27, 26, 25, 17, 18, 19, 13, 15};

/// What a file name tells: "Walking 1.60457274.cdf".
struct Sequence {
    fs::path file;
    std::string subject, name, action, camera;
    int trial = 0;  ///< the number in the name; those without one come last
};

Sequence sequenceOf(const fs::path& file, const std::string& subject) {
    Sequence sequence{file, subject, file.stem().string(), {}, {}, std::numeric_limits<int>::max()};
    const std::size_t dot = sequence.name.rfind('.');
    if (dot == std::string::npos) throw Error(file.string() + ": expected a name like \"Walking 1.60457274.cdf\"");
    sequence.camera = sequence.name.substr(dot + 1);
    sequence.action = sequence.name.substr(0, dot);
    if (const std::size_t space = sequence.action.find(' '); space != std::string::npos) {
        const std::string number = sequence.action.substr(space + 1);
        std::from_chars(number.data(), number.data() + number.size(), sequence.trial);
        sequence.action.resize(space);
    }
    // Subjects spell two actions differently.
    if (sequence.action == "TakingPhoto") sequence.action = "Photo";
    if (sequence.action == "WalkingDog") sequence.action = "WalkDog";
    return sequence;
}

std::vector<Sequence> sequencesOf(const fs::path& subject) {
    std::vector<Sequence> sequences;
    for (const auto& entry : fs::directory_iterator(subject / "MyPoseFeatures" / "D3_Positions_mono"))
        if (entry.path().extension() == ".cdf" && entry.path().filename().string().rfind("_ALL", 0) != 0)
            sequences.push_back(sequenceOf(entry.path(), subject.filename().string()));
    std::ranges::sort(sequences, {}, &Sequence::file);
    return sequences;
}

/// The picture of a frame, in the first of the known places; empty when nobody extracted it.
fs::path pictureOf(const fs::path& folder, const Sequence& sequence, std::size_t frame) {
    char number[16];
    std::snprintf(number, sizeof number, "%06u", static_cast<unsigned>(frame + 1));
    std::string flatName = sequence.subject + "_" + sequence.name + "_" + number + ".jpg";
    std::ranges::replace(flatName, ' ', '_');
    for (const fs::path& file : {folder / sequence.subject / "Frames" / sequence.name / (std::string(number) + ".jpg"), folder / "images" / flatName})
        if (fs::exists(file)) return file;
    return {};
}

std::vector<double> positions(const fs::path& file, std::size_t axes) {
    CdfVariable pose = readCdfVariable(file, "Pose");
    if (pose.shape.back() != kNumJoints * axes)
        throw Error(file.string() + ": expected 32 joints of " + std::to_string(axes) + " numbers a frame, found " + std::to_string(pose.shape.back()) + " numbers");
    return std::move(pose.numbers);
}

AnnotatedPerson personOf(const double* pixels, const double* millimetres) {
    AnnotatedPerson person;
    person.joints3d = Points3d::Constant(kNumCocoPlusJoints, 3, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) {
        setKeypoint(person.keypoints, static_cast<int>(joint), static_cast<float>(pixels[2 * kRows[joint]]), static_cast<float>(pixels[2 * kRows[joint] + 1]));
        person.joints3d.row(static_cast<Eigen::Index>(joint)) = kMillimetre * Eigen::Map<const Eigen::RowVector3d>(&millimetres[3 * kRows[joint]]);
    }
    person.pelvis = kMillimetre * Eigen::Map<const Eigen::Vector3d>(millimetres);
    setBoxOfJoints(person, kBoxMargin);
    return person;
}

/// [frames × joints × axes] of a sequence.
struct Positions {
    std::vector<double> millimetres, pixels;
    std::size_t numFrames() const { return millimetres.size() / (3 * kNumJoints); }
};

Positions positionsOf(const Sequence& sequence) {
    const fs::path pixelFile = sequence.file.parent_path().parent_path() / "D2_Positions" / sequence.file.filename();
    Positions all{positions(sequence.file, 3), positions(pixelFile, 2)};
    if (all.pixels.size() / (2 * kNumJoints) != all.numFrames())
        throw Error(pixelFile.string() + ": " + std::to_string(all.pixels.size() / (2 * kNumJoints)) + " frames, but the 3D positions have " +
                    std::to_string(all.numFrames()));
    return all;
}

bool isTestSubject(const std::string& subject) { return subject == "S9" || subject == "S11"; }

/// Every camera and trial of the test subjects is protocol 1, the frontal camera's first trial also protocol 2.
std::vector<std::string> groupsOf(const Sequence& sequence, bool isFirstTrial) {
    const std::string action = "action " + sequence.action;
    if (!isTestSubject(sequence.subject)) return {action};
    if (sequence.camera != kFrontalCamera || !isFirstTrial) return {action, "protocol 1"};
    return {action, "protocol 1", "protocol 2", "protocol 2, " + action};
}

void readSequence(const fs::path& folder, const Sequence& sequence, bool isFirstTrial, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    const std::string name = sequence.subject + "/" + sequence.name;
    Positions all;
    readPart(faults, name, [&] { all = positionsOf(sequence); });
    for (std::size_t frame = 0; frame < all.numFrames(); frame += kFrameStep) {
        const fs::path picture = pictureOf(folder, sequence, frame);
        if (picture.empty()) continue;
        readPart(faults, name + ": frame " + std::to_string(frame + 1), [&] {
            AnnotatedPerson person = personOf(&all.pixels[2 * kNumJoints * frame], &all.millimetres[3 * kNumJoints * frame]);
            person.picture = picture;
            person.id = "h36m/" + name + "/" + std::to_string(frame);
            person.groups = groupsOf(sequence, isFirstTrial);
            people.push_back(std::move(person));
        });
    }
}

void readSubject(const fs::path& folder, const fs::path& subject, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    const std::vector<Sequence> sequences = sequencesOf(subject);
    std::map<std::string, int> firstTrial;
    for (const Sequence& sequence : sequences) {
        const auto [entry, isNew] = firstTrial.emplace(sequence.action, sequence.trial);
        if (!isNew) entry->second = std::min(entry->second, sequence.trial);
    }
    for (const Sequence& sequence : sequences) {
        // One video of the set is damaged; the paper's code leaves it out too.
        if (sequence.subject == "S11" && sequence.name == "Directions.54138969") continue;
        readSequence(folder, sequence, sequence.trial == firstTrial.at(sequence.action), faults, people);
    }
}

}  // namespace

bool holdsHuman36m(const fs::path& folder) {
    for (const char* subject : {"S1", "S5", "S6", "S7", "S8", "S9", "S11"})
        if (fs::is_directory(folder / subject / "MyPoseFeatures" / "D3_Positions_mono")) return true;
    return false;
}

std::vector<AnnotatedPerson> readHuman36m(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    for (const std::string subject : {"S1", "S5", "S6", "S7", "S8", "S9", "S11"}) {
        if (part != AnnotationPart::All && isTestSubject(subject) != (part == AnnotationPart::Test)) continue;
        if (fs::is_directory(folder / subject / "MyPoseFeatures" / "D3_Positions_mono")) readSubject(folder, folder / subject, faults, people);
    }
    requireSomebody(people, faults, folder.string() + ": no pictures of Human3.6M frames; take the videos apart with: hmr dataset frames " + folder.string());
    return people;
}

}  // namespace hmr
