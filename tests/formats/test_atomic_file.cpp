// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <csignal>
#include <fstream>

#include "formats/atomic_file.h"
#include "formats/npz.h"
#include "formats/safetensors.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

/// As if the disk had no more than this much space: writing beyond fails.
class FullDisk {
public:
    explicit FullDisk(rlim_t space) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        rlimit limit = before_;
        limit.rlim_cur = space;
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

std::size_t numFilesIn(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

class TestAtomicFile : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;
    fs::path folder_;

private Q_SLOTS:
    void init() {
        folder_ = fs::path(directory_.path().toStdString()) / QTest::currentTestFunction();
        fs::create_directories(folder_);
    }
    void theFileAppearsWithItsCommit() {
        const fs::path target = folder_ / "a b 人.txt";
        {
            AtomicFile file(target);
            QCOMPARE(file.path().parent_path(), folder_);
            QCOMPARE(file.path().extension(), fs::path(".txt"));
            std::ofstream(file.path()) << "new";
            QVERIFY(!fs::exists(target));
            file.commit();
        }
        QCOMPARE(readWholeFile(target), "new");
        QCOMPARE(numFilesIn(folder_), 1u);
    }
    void withoutCommitTheOlderFileStays() {
        writeWholeFile(folder_ / "a", "old");
        {
            AtomicFile file(folder_ / "a");
            std::ofstream(file.path()) << "half";
        }
        QCOMPARE(readWholeFile(folder_ / "a"), "old");
        QCOMPARE(numFilesIn(folder_), 1u);
    }
    void aLinkStaysALink() {
        writeWholeFile(folder_ / "real", "old");
        fs::create_symlink("real", folder_ / "link");
        writeWholeFile(folder_ / "link", "new");
        QVERIFY(fs::is_symlink(folder_ / "link"));
        QCOMPARE(readWholeFile(folder_ / "real"), "new");
    }
    void aFullDiskLeavesTheOlderFile() {
        const std::string large(100'000, 'x');
        const std::vector<float> values(100'000, 1.5F);
        writeWholeFile(folder_ / "a", "old");
        const FullDisk disk(4096);
        QVERIFY(errorText([&] { writeWholeFile(folder_ / "a", large); }).contains("unchanged"));
        QVERIFY(!errorText([&] { writeNpy(folder_ / "a", NdArray::from(values, {values.size()})); }).isEmpty());
        QVERIFY(!errorText([&] { writeSafetensors(folder_ / "a", {{"t", NdArray::from(values, {values.size()})}}, {}); }).isEmpty());
        QCOMPARE(readWholeFile(folder_ / "a"), "old");
        QCOMPARE(numFilesIn(folder_), 1u);
    }
    void whatCannotBeWrittenIsSaid() {
        QVERIFY(errorText([&] { writeWholeFile(folder_ / "none" / "a", "x"); }).contains("Choose a folder"));
        QVERIFY(errorText([&] { writeWholeFile(folder_, "x"); }).contains("Choose another name"));
        QVERIFY(errorText([&] { writeWholeFile("/dev/full", "x"); }).contains("Choose another name"));
        QVERIFY(fs::is_character_file("/dev/full"));
    }
    void aReadOnlyFolderIsSaid() {
        if (::geteuid() == 0) QSKIP("root may write everywhere");
        fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
        const QString text = errorText([&] { writeWholeFile(folder_ / "a", "x"); });
        fs::permissions(folder_, fs::perms::owner_all);
        QVERIFY(text.contains("Permission denied"));
    }
    void whatCannotBeReadIsSaid() {
        writeWholeFile(folder_ / "ten", "0123456789");
        QCOMPARE(readWholeFile(folder_ / "ten", 10), "0123456789");
        QVERIFY(errorText([&] { readWholeFile(folder_ / "ten", 9); }).contains("larger"));
        QVERIFY(errorText([&] { readWholeFile(folder_ / "none"); }).contains("No such file"));
        QVERIFY(errorText([&] { readWholeFile(folder_); }).contains("folder"));
        QVERIFY(errorText([&] { readWholeFile("/dev/zero", 10'000); }).contains("larger"));
    }
};

HMR_TEST_CLASS(TestAtomicFile, "test_atomic_file")
#include "test_atomic_file.moc"
