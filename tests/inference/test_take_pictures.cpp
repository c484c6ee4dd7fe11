// SPDX-License-Identifier: MIT
#include "inference/take_pictures.h"

#include <QTemporaryDir>
#include <functional>
#include <map>
#include <opencv2/imgcodecs.hpp>

#include "formats/atomic_file.h"
#include "support/error_text.h"
#include "support/full_disk.h"
#include "support/obeyed_permissions.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

constexpr int kFrames = 6;
constexpr int kWidth = 64, kHeight = 48;

Take smallTake() {
    Take take = test::walkingTake(2, kFrames);
    take.width = kWidth;
    take.height = kHeight;
    return take;
}

/// Noise that no encoder makes small, transparent in the first column; the number of people in the first pixel.
Picture paintNoise(const Picture&, int width, int height, const std::vector<PersonEstimate>& people) {
    std::mt19937 generator(5);
    Picture picture(width, height, 4);
    for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(generator() % 256);
    for (int row = 1; row < height; ++row) picture.at(0, row)[3] = 0;
    picture.at(0, 0)[0] = static_cast<std::uint8_t>(people.size());
    return picture;
}

}  // namespace

/// The transparent picture sequence as files: whole or not at all.
class TestTakePictures : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path parent_, folder_;  ///< the sequence's folder and the one it lies in

    /// Every file below the parent with its bytes; folders without.
    std::map<std::string, std::string> contents() const {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(parent_))
            all[fs::relative(entry.path(), parent_).string()] = entry.is_directory() ? "" : readWholeFile(entry.path());
        return all;
    }
    void writePictures(const MotionExportSettings& settings = {}) const { writeTransparentPictures(folder_, smallTake(), settings, paintNoise); }
    /// One message that tells `expected` and where, and nothing changes.
    void failsWithoutTrace(const QString& expected, const std::function<void()>& write) const {
        const auto before = contents();
        const QString text = errorText([&] { write(); });
        QVERIFY2(text.contains(expected) && text.contains(QString::fromStdString(folder_.string())) && !text.contains(".hmr-"), qPrintable(text));
        QVERIFY(contents() == before);
    }
    static void places() {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("a new folder") << false;
        QTest::newRow("older pictures") << true;
    }

private Q_SLOTS:
    void init() {
        parent_ = fs::path(directory_.path().toStdString()) / "my pictures 图";
        folder_ = parent_ / "alone 一";
        fs::remove_all(parent_);
        fs::create_directories(parent_);
    }
    /// A shorter sequence of an earlier export, and something else.
    void putOlderPictures() const {
        fs::create_directories(folder_);
        for (const char* name : {"000001.png", "000002.png", "mine.txt"}) writeWholeFile(folder_ / name, name);
    }
    void thePicturesAreTransparent() {
        MotionExportSettings settings;
        settings.people = {0};
        settings.range = {2, 5};
        writePictures(settings);
        QCOMPARE(contents().size(), std::size_t{4});
        const cv::Mat picture = cv::imread((folder_ / "000003.png").string(), cv::IMREAD_UNCHANGED);
        QVERIFY(picture.cols == kWidth && picture.rows == kHeight && picture.channels() == 4);
        QCOMPARE(int(picture.at<cv::Vec4b>(0, 0)[2]), 1);  // one of the two
        QCOMPARE(int(picture.at<cv::Vec4b>(7, 0)[3]), 0);
    }
    void olderPicturesAreReplacedOthersStay() {
        putOlderPictures();
        writePictures();
        QCOMPARE(contents().size(), std::size_t{1 + kFrames + 1});
        QVERIFY(!cv::imread((folder_ / "000002.png").string()).empty());
        QCOMPARE(readWholeFile(folder_ / "mine.txt"), std::string("mine.txt"));
    }
    void aFullDiskLeavesTheOlderPictures_data() { places(); }
    void aFullDiskLeavesTheOlderPictures() {
        QFETCH(bool, isThere);
        if (isThere) putOlderPictures();
        failsWithoutTrace("Free some space", [&] {
            const test::FullDisk disk(1000);
            writePictures();
        });
    }
    void aReadOnlyFolderKeepsTheOlderPictures_data() {
        QTest::addColumn<bool>("isThere");
        QTest::addColumn<bool>("isParent");
        QTest::newRow("the place of a new folder") << false << true;
        QTest::newRow("the place of older pictures") << true << true;
        QTest::newRow("the older pictures' folder") << true << false;
    }
    void aReadOnlyFolderKeepsTheOlderPictures() {
        QFETCH(bool, isThere);
        QFETCH(bool, isParent);
        if (isThere) putOlderPictures();
        const fs::path closed = isParent ? parent_ : folder_;
        failsWithoutTrace("ermission", [&] {
            const test::ObeyedPermissions obeyed;
            fs::permissions(closed, fs::perms::owner_read | fs::perms::owner_exec);
            const auto opened = qScopeGuard([&] { fs::permissions(closed, fs::perms::owner_all); });
            writePictures();
        });
    }
    void aFolderInAPicturesPlaceLeavesTheOlderPictures() {
        putOlderPictures();
        fs::create_directories(folder_ / "000003.png");
        failsWithoutTrace("000003.png", [&] { writePictures(); });
    }
    void aFileInTheFoldersPlaceStays() {
        writeWholeFile(folder_, "mine");
        failsWithoutTrace("a file of that name", [&] { writePictures(); });
    }
    void cancellingLeavesTheOlderPictures_data() { places(); }
    void cancellingLeavesTheOlderPictures() {
        QFETCH(bool, isThere);
        if (isThere) putOlderPictures();
        const auto before = contents();
        for (const double wanted : {0.0, 0.4, 1.0}) {
            MotionExportSettings settings;
            settings.onProgress = [&](double share) { return share < wanted; };
            QVERIFY(errorText([&] { writePictures(settings); }).contains("cancelled"));
            QVERIFY(contents() == before);
        }
    }
};

HMR_TEST_CLASS(TestTakePictures, "test_take_pictures")
#include "test_take_pictures.moc"
