// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

#include "body/error.h"
#include "formats/mat_file.h"
#include "training/datasets/dataset_folders.h"

namespace hmr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNumTrainingJoints = 28, kNumTestJoints = 17, kNumCameras = 14;
/// Rows of the 14 LSP joints among the set's own.
constexpr std::array<std::size_t, kNumLspJoints> kTrainingRows = {25, 24, 23, 18, 19, 20, 16, 15, 14, 9, 10, 11, 5, 7};
constexpr std::array<std::size_t, kNumLspJoints> kTestRows = {10, 9, 8, 11, 12, 13, 4, 3, 2, 5, 6, 7, 1, 0};
constexpr std::size_t kTestPelvisRow = 14, kTestSpineRow = 15, kTestHeadRow = 16;
constexpr std::array kActivities = {"Standing or walking", "Exercise", "Sitting", "Reaching or crouching", "On the floor", "Sports", "Miscellaneous"};

/// Numbers of frames [F,…] by frame, joint and axis, however MATLAB laid them out.
struct FrameTable {
    std::vector<double> numbers;
    std::size_t frameStride = 0, jointStride = 0, axisStride = 0;
    double at(std::size_t frame, std::size_t joint, std::size_t axis) const { return numbers[frame * frameStride + joint * jointStride + axis * axisStride]; }
};

Eigen::Vector3d metresAt(const FrameTable& millimetres, std::size_t frame, std::size_t row) {
    return kMillimetre * Eigen::Vector3d(millimetres.at(frame, row, 0), millimetres.at(frame, row, 1), millimetres.at(frame, row, 2));
}

void placeJoints(const FrameTable& pixels, const FrameTable& millimetres, std::size_t frame, const std::array<std::size_t, kNumLspJoints>& rows,
                 std::size_t pelvisRow, AnnotatedPerson& person) {
    person.joints3d = Points3d::Constant(kNumCocoPlusJoints, 3, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t joint = 0; joint < kNumLspJoints; ++joint) {
        setKeypoint(person.keypoints, static_cast<int>(joint), static_cast<float>(pixels.at(frame, rows[joint], 0)), static_cast<float>(pixels.at(frame, rows[joint], 1)));
        person.joints3d.row(static_cast<Eigen::Index>(joint)) = metresAt(millimetres, frame, rows[joint]).transpose();
    }
    person.pelvis = metresAt(millimetres, frame, pelvisRow);
    setBoxOfJoints(person, kBoxMargin);
}

std::vector<fs::path> foldersNamed(const fs::path& parent, const std::string& start) {
    std::vector<fs::path> folders;
    if (fs::is_directory(parent))
        for (const auto& entry : fs::directory_iterator(parent))
            if (entry.is_directory() && entry.path().filename().string().rfind(start, 0) == 0) folders.push_back(entry.path());
    std::ranges::sort(folders);
    return folders;
}

std::string frameName(const char* pattern, std::size_t number) {
    char name[32];
    std::snprintf(name, sizeof name, pattern, static_cast<unsigned>(number));
    return name;
}

/// One camera's rows of annot2 or annot3: a cell holds [frames, joints × axes].
FrameTable cameraTable(const MatValue& cells, std::size_t camera, std::size_t axes) {
    const MatValue cell = cells.cell(camera);
    const std::vector<std::size_t> shape = cell.shape();
    if (shape.size() != 2 || shape[1] != kNumTrainingJoints * axes)
        throw Error("expected 28 joints of " + std::to_string(axes) + " numbers a frame for camera " + std::to_string(camera));
    return {cell.numbers(), 1, axes * shape[0], shape[0]};
}

/// What one camera saw of a training sequence.
struct CameraView {
    fs::path frames;  ///< folder of its pictures
    std::size_t camera = 0;
    FrameTable pixels, millimetres;
    std::size_t numFrames() const { return std::min(pixels.numbers.size() / (2 * kNumTrainingJoints), millimetres.numbers.size() / (3 * kNumTrainingJoints)); }
};

std::vector<CameraView> viewsOf(const fs::path& sequence, const fs::path& file) {
    const MatValue annot2 = readMatVariable(file, "annot2"), annot3 = readMatVariable(file, "annot3");
    std::vector<CameraView> views;
    for (std::size_t camera = 0; camera < kNumCameras && camera < annot2.count(); ++camera) {
        const fs::path frames = sequence / "imageFrames" / ("video_" + std::to_string(camera));
        if (fs::is_directory(frames)) views.push_back({frames, camera, cameraTable(annot2, camera, 2), cameraTable(annot3, camera, 3)});
    }
    return views;
}

void readTrainingSequence(const fs::path& sequence, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    const fs::path file = sequence / "annot.mat";
    const std::string name = sequence.parent_path().filename().string() + "/" + sequence.filename().string();
    std::vector<CameraView> views;
    readPart(faults, file.string(), [&] { views = viewsOf(sequence, file); });
    for (const CameraView& view : views)
        for (std::size_t frame = 0; frame < view.numFrames(); ++frame) {
            const fs::path picture = view.frames / frameName("frame_%06u.jpg", frame + 1);
            if (!fs::exists(picture)) continue;  // people keep every tenth frame or so
            const std::string id = name + "/" + std::to_string(view.camera) + "/" + std::to_string(frame);
            readPart(faults, file.string() + ": " + id, [&] {
                AnnotatedPerson person;
                person.picture = picture;
                person.id = "3dhp/" + id;
                placeJoints(view.pixels, view.millimetres, frame, kTrainingRows, 4, person);
                people.push_back(std::move(person));
            });
        }
}

/// annot2 and univ_annot3 are [axes, 17, 1, frames].
FrameTable testTable(const fs::path& file, const char* variable, std::size_t axes, std::size_t numFrames) {
    const MatValue table = readMatVariable(file, variable);
    FrameTable frames{table.numbers(), axes * kNumTestJoints, axes, 1};
    if (table.shape().front() != axes || frames.numbers.size() != numFrames * axes * kNumTestJoints)
        throw Error("expected \"" + std::string(variable) + "\" as [" + std::to_string(axes) + ",17,1," + std::to_string(numFrames) + "]");
    return frames;
}

/// What annot_data.mat tells of a test sequence.
struct TestSequence {
    std::vector<double> isValid, activity;
    FrameTable pixels, millimetres;
};

TestSequence testSequenceIn(const fs::path& file) {
    TestSequence sequence;
    sequence.isValid = readMatVariable(file, "valid_frame").numbers();
    sequence.activity = readMatVariable(file, "activity_annotation").numbers();
    if (sequence.activity.size() != sequence.isValid.size()) throw Error("\"activity_annotation\" and \"valid_frame\" differ in length");
    sequence.pixels = testTable(file, "annot2", 2, sequence.isValid.size());
    sequence.millimetres = testTable(file, "univ_annot3", 3, sequence.isValid.size());
    return sequence;
}

void readTestSequence(const fs::path& folder, FaultList* faults, std::vector<AnnotatedPerson>& people) {
    const fs::path file = folder / "annot_data.mat";
    TestSequence sequence;
    readPart(faults, file.string(), [&] { sequence = testSequenceIn(file); });
    const std::string name = folder.filename().string();
    const bool isOutdoor = name == "TS5" || name == "TS6";
    const double width = isOutdoor ? 1920 : 2048, height = isOutdoor ? 1080 : 2048;
    const auto isInside = [&](std::size_t frame) {
        for (std::size_t joint = 0; joint < kNumTestJoints; ++joint) {
            const double x = sequence.pixels.at(frame, joint, 0), y = sequence.pixels.at(frame, joint, 1);
            if (x < 0 || y < 0 || x >= width || y >= height) return false;
        }
        return true;
    };
    for (std::size_t frame = 0; frame < sequence.isValid.size(); ++frame) {
        if (sequence.isValid[frame] < 0.5 || !isInside(frame)) continue;
        readPart(faults, file.string() + ": frame " + std::to_string(frame + 1), [&] {
            AnnotatedPerson person;
            placeJoints(sequence.pixels, sequence.millimetres, frame, kTestRows, kTestPelvisRow, person);
            person.spineAndHead.resize(2, 3);
            person.spineAndHead << metresAt(sequence.millimetres, frame, kTestSpineRow).transpose(), metresAt(sequence.millimetres, frame, kTestHeadRow).transpose();
            person.id = "3dhp/" + name + "/" + std::to_string(frame);
            person.picture = pictureIn({folder / "imageSequence"}, frameName("img_%06u.jpg", frame + 1));
            const auto kind = static_cast<std::size_t>(sequence.activity[frame] - 1);
            if (kind < kActivities.size()) person.groups = {std::string("action ") + kActivities[kind]};
            people.push_back(std::move(person));
        });
    }
}

fs::path testFolder(const fs::path& folder) {
    return fs::is_directory(folder / "mpi_inf_3dhp_test_set") ? folder / "mpi_inf_3dhp_test_set" : folder;
}

}  // namespace

bool holdsMpiInf3dhp(const fs::path& folder) {
    const auto has = [](const fs::path& file) { return fs::exists(file); };
    return has(folder / "S1/Seq1/annot.mat") || has(folder / "S1/Seq2/annot.mat") || has(testFolder(folder) / "TS1/annot_data.mat");
}

std::vector<AnnotatedPerson> readMpiInf3dhp(const fs::path& folder, AnnotationPart part, FaultList* faults) {
    std::vector<AnnotatedPerson> people;
    if (part != AnnotationPart::Test)
        for (const fs::path& subject : foldersNamed(folder, "S"))
            for (const fs::path& sequence : foldersNamed(subject, "Seq")) readTrainingSequence(sequence, faults, people);
    if (part != AnnotationPart::Training)
        for (const fs::path& sequence : foldersNamed(testFolder(folder), "TS")) readTestSequence(sequence, faults, people);
    requireSomebody(people, faults, folder.string() + ": no frames of MPI-INF-3DHP; take the training videos apart with: hmr dataset frames " + folder.string());
    return people;
}

}  // namespace hmr
