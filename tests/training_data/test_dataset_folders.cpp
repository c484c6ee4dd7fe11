// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <algorithm>
#include <fstream>
#include <limits>

#include "formats/atomic_file.h"
#include "formats/mat_file.h"
#include "support/cdf_writer.h"
#include "support/error_text.h"
#include "support/test_class.h"
#include "training/datasets/annotations.h"
#include "training/picture_file.h"

namespace hmr::test {
namespace {

namespace fs = std::filesystem;

bool isVisible(const AnnotatedPerson& person, int joint) { return person.keypoints[static_cast<std::size_t>(3 * joint + 2)] > 0; }
Eigen::Vector2f pixel(const AnnotatedPerson& person, int joint) {
    return {person.keypoints[static_cast<std::size_t>(3 * joint)], person.keypoints[static_cast<std::size_t>(3 * joint + 1)]};
}
int jointNamed(const char* name) { return static_cast<int>(std::ranges::find(kCocoPlusNames, name) - kCocoPlusNames.begin()); }

}  // namespace

/// Folders laid out as the owners of the data sets distribute them, with annotations that are made up: the .mat files by SciPy
/// (tests/data/datasets/make_mat_files.py), the CDF files by CdfWriter.
class TestDatasetFolders : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path root_;

    /// A folder with one of the annotation files in it under another name.
    fs::path made(const std::string& set, const std::string& annotations, const fs::path& place) {
        const fs::path target = root_ / set / place;
        fs::create_directories(target.parent_path());
        fs::copy_file(fs::path(HMR_TEST_DATA "/datasets") / annotations, target, fs::copy_options::overwrite_existing);
        return root_ / set;
    }
    void picture(const fs::path& file) {
        fs::create_directories((root_ / file).parent_path());
        writePicture(root_ / file, Picture(24, 24, 3));
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(folder_.isValid());
        root_ = folder_.path().toStdString();
    }

    void lspKeepsVisibilityAndHalves() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = made("lsp", "lsp_joints.mat", "joints.mat");
        for (int i = 1; i <= 4; ++i) picture("lsp/images/im000" + std::to_string(i) + ".png");
        picture("lsp/segmentations/im0003_part_segmentation.png");
        const auto people = readAnnotations(folder);
        QCOMPARE(people.size(), std::size_t{4});
        QCOMPARE(pixel(people[2], 5), Eigen::Vector2f(25, 45));
        QVERIFY(!isVisible(people[0], 6) && isVisible(people[0], 7) && !isVisible(people[0], 14));
        const auto test = readAnnotations(folder, AnnotationPart::Test);
        QCOMPARE(test.size(), std::size_t{2});
        QCOMPARE(test[0].picture.filename(), fs::path("im0003.png"));
        QCOMPARE(test[0].parts.filename(), fs::path("im0003_part_segmentation.png"));
        QVERIFY(test[0].silhouette.empty() && test[1].parts.empty());
        QCOMPARE(readAnnotations(folder, AnnotationPart::Training).size(), std::size_t{2});
        picture("lsp/images/im0005.png");
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("4 people but images/ holds 5"));
        FaultList faults;
        QCOMPARE(readAnnotations(folder, AnnotationPart::All, &faults).size(), std::size_t{4});
        QCOMPARE(faults.size(), std::size_t{1});
        for (const char* gone : {"im0002.png", "im0005.png"}) fs::remove(folder / "images" / gone);
        faults.clear();
        const auto left = readAnnotations(folder, AnnotationPart::All, &faults);
        QCOMPARE(left.size(), std::size_t{3});
        QCOMPARE(pixel(left[1], 5), pixel(people[2], 5));  // everybody keeps the own joints
        QVERIFY2(faults.size() == 2 && faults[1].find("person 2") != std::string::npos, faults.back().c_str());
    }

    void extendedLspCountsAnnotatedJoints() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = made("lspet", "lspet_joints.mat", "joints.mat");
        for (int i = 1; i <= 3; ++i) picture("lspet/images/im0000" + std::to_string(i) + ".png");
        const auto people = readAnnotations(folder);
        QCOMPARE(people.size(), std::size_t{3});
        QCOMPARE(countVisible(people[0].keypoints), 13);
        QCOMPARE(pixel(people[1], 13), Eigen::Vector2f(23, 85));
        QVERIFY(errorText([&] { readAnnotations(folder, AnnotationPart::Test); }).contains("nobody"));
    }

    void mpiiJointsTakeTheirPlaces() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = made("mpii", "mpii_human_pose_v1_u12_1.mat", "annotations/mpii_human_pose_v1_u12_1.mat");
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("a.png"));
        FaultList faults;
        QVERIFY(readAnnotations(folder, AnnotationPart::All, &faults).empty() && faults.size() == 1);
        picture("mpii/images/a.png");
        const auto people = readAnnotations(folder);
        QCOMPARE(people.size(), std::size_t{1});
        // MPII: upper neck 8, head top 9, right wrist 10, left wrist 15, left knee 4 (not annotated here); x = 30 + 2 id
        QCOMPARE(pixel(people[0], jointNamed("neck")), Eigen::Vector2f(46, 68));
        QCOMPARE(pixel(people[0], jointNamed("head_top")).x(), 48.0f);
        QCOMPARE(pixel(people[0], jointNamed("right_wrist")).x(), 50.0f);
        QCOMPARE(pixel(people[0], jointNamed("left_wrist")).x(), 60.0f);
        QVERIFY(!isVisible(people[0], jointNamed("left_knee")));
        QCOMPARE(countVisible(people[0].keypoints), 13);
        QVERIFY(errorText([&] { readAnnotations(folder, AnnotationPart::Test); }).contains("not public"));
    }

    void threeDhpTrainingHasPixelsAndMetres() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = made("3dhp", "3dhp_annot.mat", "S1/Seq1/annot.mat");
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("hmr dataset frames"));
        picture("3dhp/S1/Seq1/imageFrames/video_2/frame_000003.jpg");
        const auto people = readAnnotations(folder, AnnotationPart::Training);
        QCOMPARE(people.size(), std::size_t{1});
        // right ankle is the set's joint 25, head top 7; camera 2, frame 2
        QCOMPARE(pixel(people[0], jointNamed("right_ankle")), Eigen::Vector2f(200 + 20 + 25, 275));
        QCOMPARE(pixel(people[0], jointNamed("head_top")), Eigen::Vector2f(200 + 20 + 7, 221));
        QVERIFY((people[0].joints3d.row(0) - Eigen::RowVector3d(2.25, -0.125, 4.025)).norm() < 1e-12);
        QVERIFY(std::isnan(people[0].joints3d(14, 0)));
    }

    void threeDhpTestKeepsValidFramesInside() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
        const fs::path folder = made("3dhp-test", "3dhp_annot_data.mat", "mpi_inf_3dhp_test_set/TS1/annot_data.mat");
        for (const int frame : {1, 3}) picture("3dhp-test/mpi_inf_3dhp_test_set/TS1/imageSequence/img_00000" + std::to_string(frame) + ".jpg");
        const auto people = readAnnotations(folder, AnnotationPart::Test);
        QCOMPARE(people.size(), std::size_t{2});
        QCOMPARE(people[1].groups, std::vector<std::string>{"action On the floor"});
        // left wrist is the set's joint 7; frame 2
        QCOMPARE(pixel(people[1], jointNamed("left_wrist")), Eigen::Vector2f(427, 440));
        QVERIFY((people[1].joints3d.row(11) - Eigen::RowVector3d(0.27, -0.035, 4.007)).norm() < 1e-12);
        // pelvis, spine and head are its joints 14 to 16
        QVERIFY((*people[1].pelvis - Eigen::Vector3d(0.34, -0.07, 4.014)).norm() < 1e-12);
        QVERIFY((people[1].spineAndHead.row(0) - Eigen::RowVector3d(0.35, -0.075, 4.015)).norm() < 1e-12);
        QVERIFY((people[1].spineAndHead.row(1) - Eigen::RowVector3d(0.36, -0.08, 4.016)).norm() < 1e-12);
    }

    void human36mTellsActionsAndProtocols() {
        const auto sequence = [&](const std::string& subject, const std::string& name, int numFrames) {
            std::vector<double> d3, d2;
            for (int frame = 0; frame < numFrames; ++frame)
                for (int joint = 0; joint < 32; ++joint) {
                    for (const double value : {10.0 * joint, 1.0 * frame, 4000.0}) d3.push_back(value);
                    for (const double value : {100.0 + joint, 200.0 + 4 * joint + frame}) d2.push_back(value);
                }
            const auto size = static_cast<std::size_t>(numFrames);
            for (const auto& [kind, values, width] : {std::tuple{"D3_Positions_mono", d3, std::size_t{96}}, {"D2_Positions", d2, std::size_t{64}}}) {
                const fs::path file = root_ / "h36m" / subject / "MyPoseFeatures" / kind / (name + ".cdf");
                fs::create_directories(file.parent_path());
                writeWholeFile(file, CdfWriter::file("Pose", {size, width}, values));
            }
        };
        sequence("S9", "Walking 1.60457274", 8);
        sequence("S9", "Walking.60457274", 6);
        sequence("S9", "WalkingDog.54138969", 6);
        sequence("S1", "Sitting 2.55011271", 6);
        const fs::path folder = root_ / "h36m";
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("hmr dataset frames"));
        picture("h36m/S9/Frames/Walking 1.60457274/000001.jpg");
        picture("h36m/S9/Frames/Walking 1.60457274/000006.jpg");
        picture("h36m/S9/Frames/Walking.60457274/000001.jpg");
        picture("h36m/images/S9_WalkingDog.54138969_000006.jpg");
        picture("h36m/S1/Frames/Sitting 2.55011271/000001.jpg");
        const auto people = readAnnotations(folder, AnnotationPart::Test);
        QCOMPARE(people.size(), std::size_t{4});
        QCOMPARE(people[1].groups, (std::vector<std::string>{"action Walking", "protocol 1", "protocol 2", "protocol 2, action Walking"}));  // the numbered trial is the first
        QCOMPARE(people[1].picture.filename(), fs::path("000006.jpg"));
        QCOMPARE(people[2].groups, (std::vector<std::string>{"action Walking", "protocol 1"}));
        QCOMPARE(people[3].groups, (std::vector<std::string>{"action WalkDog", "protocol 1"}));
        // right wrist is the set's joint 27, head top 15; frame 5
        QCOMPARE(pixel(people[1], jointNamed("right_wrist")), Eigen::Vector2f(127, 313));
        QVERIFY((people[1].joints3d.row(13) - Eigen::RowVector3d(0.15, 0.005, 4)).norm() < 1e-12);
        const auto training = readAnnotations(folder, AnnotationPart::Training);
        QCOMPARE(training.size(), std::size_t{1});
        QCOMPARE(training[0].groups, std::vector<std::string>{"action Sitting"});
        QCOMPARE(readAnnotations(folder).size(), std::size_t{5});
        writeWholeFile(folder / "S9/MyPoseFeatures/D2_Positions/Walking.60457274.cdf", CdfWriter::file("Pose", {5, 64}, std::vector<double>(5 * 64)));
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("5 frames, but the 3D positions have 6"));
        std::vector<double> gap(8 * 64, 1.0);
        gap[5] = std::numeric_limits<double>::quiet_NaN();
        writeWholeFile(folder / "S9/MyPoseFeatures/D2_Positions/Walking 1.60457274.cdf", CdfWriter::file("Pose", {8, 64}, gap));
        FaultList faults;
        QCOMPARE(readAnnotations(folder, AnnotationPart::All, &faults).size(), std::size_t{3});
        QCOMPARE(faults.size(), std::size_t{2});
    }

    void threeDpwSequencesStandInCameraAxes() {
        const fs::path folder = made("3dpw", "courtyard_test_00.pkl", "sequenceFiles/test/courtyard_test_00.pkl");
        QVERIFY(errorText([&] { readAnnotations(folder); }).contains("image_00000.jpg"));
        FaultList faults;
        QVERIFY(readAnnotations(folder, AnnotationPart::Test, &faults).empty());
        QCOMPARE(faults.size(), std::size_t{3});
        for (const int frame : {0, 2}) picture("3dpw/imageFiles/courtyard_test_00/image_0000" + std::to_string(frame) + ".jpg");
        const auto people = readAnnotations(folder, AnnotationPart::Test);
        QCOMPARE(people.size(), std::size_t{3});  // valid: frames 0 and 2 of the first person, frame 2 of the second
        const AnnotatedPerson& second = people[2];
        QCOMPARE(second.id, std::string("3dpw/courtyard_test_00/1/2"));
        // OpenPose's neck is its joint 1, the right ankle 10; frame 2
        QCOMPARE(pixel(second, jointNamed("neck")), Eigen::Vector2f(12, 295));
        QCOMPARE(pixel(second, jointNamed("right_ankle")), Eigen::Vector2f(102, 250));
        QVERIFY(!isVisible(second, jointNamed("left_ear")));
        // SMPL's right ankle is joint 8: (0.8 + 1, 0.08, 1) in the world, which the camera turns over and moves by (0, 1, 4)
        QVERIFY((second.joints3d.row(0) - Eigen::RowVector3d(1.8, 0.92, 3)).norm() < 1e-9);
        QVERIFY(std::isnan(second.joints3d(13, 0)));
        QVERIFY((*second.pelvis - Eigen::Vector3d(1, 1, 3)).norm() < 1e-9);
        QCOMPARE(second.parametersBody, std::string("smpl-female"));
        QVERIFY(std::abs(second.parameters->pose(0, 0)) > 3.1);  // half a turn about x
        QVERIFY(std::abs(second.parameters->pose(1, 1) - 0.3) < 1e-12);
        QVERIFY(std::abs(second.parameters->betas[3] - 1.3) < 1e-12);
        QVERIFY(!errorText([&] { readAnnotations(folder, AnnotationPart::Training); }).isEmpty());
    }

    void cocoFoldersOfItsOwners() {
        picture("coco/val2017/7.jpg");
        std::string keypoints;
        for (int i = 0; i < 17; ++i) keypoints += (i ? "," : "") + std::to_string(3 + i) + "," + std::to_string(4 + i) + ",2";
        fs::create_directories(root_ / "coco/annotations");
        const auto annotate = [&](const std::string& half, const std::string& number) {
            writeWholeFile(root_ / ("coco/annotations/person_keypoints_" + half + ".json"),
                           R"({"images": [{"id": 1, "file_name": ")" + number + R"(.jpg"}], "annotations": [{"id": )" + number + R"(, "image_id": 1, "keypoints": [)" + keypoints + "]}]}");
        };
        annotate("val2017", "7");
        QCOMPARE(readAnnotations(root_ / "coco", AnnotationPart::Test).size(), std::size_t{1});
        QVERIFY(!errorText([&] { readAnnotations(root_ / "coco", AnnotationPart::Training); }).isEmpty());
        picture("coco/train2017/8.jpg");
        annotate("train2017", "8");
        for (const auto& [part, ids] : {std::pair{AnnotationPart::All, std::vector<std::string>{"8", "7"}}, {AnnotationPart::Training, {"8"}}, {AnnotationPart::Test, {"7"}}}) {
            std::vector<std::string> found;
            for (const AnnotatedPerson& person : readAnnotations(root_ / "coco", part)) found.push_back(person.id);
            QCOMPARE(found, ids);
        }
    }

    void unknownFoldersSayWhatIsKnown() {
        fs::create_directories(root_ / "empty");
        const QString error = errorText([&] { readAnnotations(root_ / "empty"); });
        for (const char* name : {"COCO", "LSP", "MPII", "MPI-INF-3DHP", "Human3.6M", "3DPW"}) QVERIFY(error.contains(name));
    }
};

HMR_TEST_CLASS(TestDatasetFolders, "test_dataset_folders")

}  // namespace hmr::test

#include "test_dataset_folders.moc"
