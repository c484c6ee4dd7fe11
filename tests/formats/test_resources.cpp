// SPDX-License-Identifier: MIT
#include <QTemporaryDir>

#include "formats/atomic_file.h"
#include "formats/resources.h"
#include "support/error_text.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

class TestResources : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup() { qunsetenv("HMR_RESOURCES"); }
    void theSourceTreeIsFound() { QVERIFY(fs::equivalent(resourcePath("body"), fs::path(HMR_RESOURCE_DIR) / "body")); }
    void theChosenFolderComesFirst() {
        const QTemporaryDir directory;
        const fs::path folder = directory.path().toStdString();
        fs::create_directories(folder / "body");
        qputenv("HMR_RESOURCES", directory.path().toUtf8());
        QVERIFY(fs::equivalent(resourcePath("body"), folder / "body"));
    }
    void aMissingFileNamesThePlaces() {
        qputenv("HMR_RESOURCES", "/nowhere at all");
        const QString text = errorText([] { resourcePath("body/none.npz"); });
        QVERIFY(text.contains("/nowhere at all/body/none.npz") && text.contains(HMR_RESOURCE_DIR) && text.contains("share/hmr-studio"));
    }
};

HMR_TEST_CLASS(TestResources, "test_resources")
#include "test_resources.moc"
