// SPDX-License-Identifier: MIT
#include <QDir>
#include <QTemporaryDir>

#include "support/program.h"
#include "support/test_class.h"

using namespace hmr;

/// `hmr body build` with wrong input: one clear message, no file left. (Its work is tested by what it shipped.)
class TestBody : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;

private Q_SLOTS:
    void folderWithoutAssetsIsNamed() {
        const auto result = test::runHmr({"body", "build", "--assets", folder_.path(), "-o", folder_.filePath("body.npz")});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains(folder_.path()) && result.errors.contains("3dobjs/base.obj"), qPrintable(result.errors));
        QVERIFY(QDir(folder_.path()).entryList(QDir::Files).isEmpty());
    }

    void unwritableFolderIsNoticedFirst() {
        const auto result = test::runHmr({"body", "build", "--assets", folder_.path(), "-o", folder_.filePath("none/body.npz")});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("none"), qPrintable(result.errors));
    }

    void wrongUsageIsTwo() {
        QCOMPARE(test::runHmr({"body", "build"}).exitCode, 2);
        QCOMPARE(test::runHmr({"body"}).exitCode, 2);
        QCOMPARE(test::runHmr({"body", "build", "--assets", "x", "-o", "y", "--seed", "abc"}).exitCode, 2);
    }
};

HMR_TEST_CLASS(TestBody, "test_body")
#include "test_body.moc"
