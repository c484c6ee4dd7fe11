// SPDX-License-Identifier: MIT
#include <functional>
#include <map>

#include "formats/atomic_file.h"
#include "formats/motion/session_part.h"
#include "formats/motion_export_fixture.h"
#include "support/error_text.h"
#include "support/full_disk.h"
#include "support/heap_peak.h"
#include "support/obeyed_permissions.h"
#include "support/test_class.h"

using namespace hmr;
using namespace hmr::test;
namespace fs = std::filesystem;

/// Exports that cannot be, or are stopped: one clear message, and nothing changes.
class TestMotionExportFailures : public QObject, private MotionExportFixture {
    Q_OBJECT
    /// A row a motion format, and one for sessions.
    static void formats() {
        QTest::addColumn<QString>("format");
        for (const MotionFormatInfo& info : motionFormats()) QTest::newRow(std::string(info.name).c_str()) << QString::fromStdString(std::string(info.name));
        QTest::newRow("session") << "session";
    }
    void writeAs(const QString& format, const fs::path& folder, const Take& take, bool each) const {
        if (format == "session") return writeSession(folder / "walk.hmrs", sessionOf(take));
        const MotionFormatInfo& info = motionFormat(format.toStdString());
        exportTake(folder / ("walk" + std::string(info.extension)), info.format, *model_, take, {}, each);
    }
    /// Every file below a folder with its bytes; folders without.
    static std::map<std::string, std::string> contentsOf(const fs::path& folder) {
        std::map<std::string, std::string> contents;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            contents[fs::relative(entry.path(), folder).string()] = entry.is_directory() ? "" : readWholeFile(entry.path());
        return contents;
    }
    /// Exports over a shorter take's files while something stands in the way: one message that says `expected`, and nothing changes.
    void failOverOlderFiles(const fs::path& folder, const QString& format, bool each, const QString& expected, const std::function<QString()>& failing) {
        fs::remove_all(folder);
        fs::create_directories(folder);
        writeAs(format, folder, walkingTake(2, 15), each);
        const auto before = contentsOf(folder);
        const QString text = failing();
        QVERIFY2(text.contains(expected) && text.contains(QString::fromStdString(folder.string())) && !text.contains(".hmr-"), qPrintable(text));
        QVERIFY(contentsOf(folder) == before);
    }

private Q_SLOTS:
    void aFullDiskLeavesTheOlderFiles_data() { formats(); }
    void aFullDiskLeavesTheOlderFiles() {
        QFETCH(QString, format);
        const fs::path folder = folder_ / "full";
        for (const bool each : {false, true}) {
            failOverOlderFiles(folder, format, each, "Free some space", [&] {
                const FullDisk disk(1000);
                return errorText([&] { writeAs(format, folder, take_, each); });
            });
        }
    }
    void aReadOnlyFolderKeepsTheOlderFiles_data() { formats(); }
    void aReadOnlyFolderKeepsTheOlderFiles() {
        QFETCH(QString, format);
        const fs::path folder = folder_ / "read only";
        for (const bool each : {false, true}) {
            failOverOlderFiles(folder, format, each, "Permission denied", [&] {
                const ObeyedPermissions obeyed;
                fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
                const QString text = errorText([&] { writeAs(format, folder, take_, each); });
                fs::permissions(folder, fs::perms::owner_all);
                return text;
            });
        }
    }
    void cancellingLeavesNothing_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format");
        for (const MotionFormatInfo& info : motionFormats()) QTest::newRow(std::string(info.name).c_str()) << QString("cancelled") + QString::fromStdString(std::string(info.extension)) << QString::fromStdString(std::string(info.name));
    }
    void cancellingLeavesNothing() {
        QFETCH(QString, name);
        QFETCH(QString, format);
        const fs::path folder = folder_ / "cancelled";
        const auto info = motionFormat(format.toStdString());
        const Take take = walkingTake(2, 200);
        for (const bool each : {false, true}) {
            for (const double wanted : {0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 0.85, 0.93}) {
                fs::create_directories(folder);
                MotionExportSettings settings;
                double reached = -1;
                settings.onProgress = [&](double share) { return (reached = share) < wanted; };
                if (!info.holdsSeveral) settings.people = {0};
                const QString text = errorText([&] { exportTake(folder / name.toStdString(), info.format, *model_, take, settings, each); });
                QVERIFY2(text.contains("cancelled"), qPrintable(QString("%1 at %2").arg(text).arg(wanted)));
                QVERIFY2(reached < wanted + 0.35, qPrintable(QString("%1, not %2").arg(reached).arg(wanted)));  // seen within the file
                QCOMPARE(entries(folder), QStringList());
                fs::remove_all(folder);
            }
        }
    }
    void parametersAreWrittenFrameByFrame() {
        const fs::path folder = folder_ / "long", file = folder / "long.json";
        fs::create_directories(folder);
        const Take take = walkingTake(3, 1500);
        // The bytes that lie in the folder at each share, in the half-written file.
        std::vector<std::pair<double, std::uintmax_t>> reached;
        MotionExportSettings settings;
        settings.onProgress = [&](double share) {
            std::uintmax_t bytes = 0;
            for (const auto& entry : fs::directory_iterator(folder)) bytes += entry.file_size();
            reached.emplace_back(share, bytes);
            return true;
        };
        HeapPeak::restart();
        exportTake(file, MotionFormat::ParametersJson, *model_, take, settings, false);
        const std::size_t peak = HeapPeak::bytes();
        const std::uintmax_t size = fs::file_size(file);
        QVERIFY2(peak < size / 3, qPrintable(QString("%1 bytes of memory for %2").arg(peak).arg(size)));
        QVERIFY(reached.size() > 50 && reached.back().first > 0.95);
        for (const auto& [share, bytes] : reached)
            QVERIFY2(std::abs(static_cast<double>(bytes) / static_cast<double>(size) - share) < 0.1, qPrintable(QString("%1 bytes at %2").arg(bytes).arg(share)));
        QCOMPARE(readTake(file, *model_).tracks.size(), std::size_t{3});

        // Stopped at any share, the older file stays and nothing else.
        const std::string before = readWholeFile(file);
        for (const double wanted : {0.2, 0.6, 0.97}) {
            settings.onProgress = [wanted](double share) { return share < wanted; };
            QVERIFY(errorText([&] { exportTake(file, MotionFormat::ParametersJson, *model_, walkingTake(2, 600), settings, false); }).contains("cancelled"));
            QCOMPARE(entries(folder), QStringList{"long.json"});
            QVERIFY(readWholeFile(file) == before);
        }
    }
    void badWishesAreRefused() {
        MotionExportSettings nobody;
        nobody.people = {77};
        QVERIFY(errorText([&] { write("x.glb", MotionFormat::Glb, nobody); }).contains("There is no person"));
        QVERIFY(errorText([&] { exportPreset("3dsmax"); }).contains("unreal"));
        QVERIFY(errorText([&] { motionFormatOf("walk.doc"); }).contains(".bvh"));
        QVERIFY(errorText([&] { exportTake(folder_ / "none" / "x.glb", MotionFormat::Glb, *model_, take_, {}, false); }).contains("Choose a folder"));
        writeWholeFile(folder_ / "file", "x");
        QVERIFY(errorText([&] { exportTake(folder_ / "file", MotionFormat::ObjSequence, *model_, take_, {}, false); }).contains("file of that name"));
    }
    void aBodyOfAnotherSkeletonIsRefused() {
        BodyModelData data = SmallBody::data();
        data.parents[5] = 0;
        QVERIFY(errorText([&] { exportTake(folder_ / "other.glb", MotionFormat::Glb, BodyModel(data), take_, {}, false); }).contains("SMPL-X"));
    }
};

HMR_TEST_CLASS(TestMotionExportFailures, "test_motion_export_failures")
#include "test_motion_export_failures.moc"
