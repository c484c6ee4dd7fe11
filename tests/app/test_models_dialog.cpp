// SPDX-License-Identifier: MIT
#include <QAction>
#include <QDialogButtonBox>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>

#include "app/dialogs/models_dialog.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

QString dataFile(const char* name) { return QString(HMR_TEST_DATA "/") + name; }

QString textOf(const QDialog& dialog, const char* label) { return dialog.findChild<QLabel*>(label)->text(); }

/// Whether all files that were chosen are read; waits for it.
bool hasRead(const QDialog& dialog) {
    const auto* accept = dialog.findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok);
    return QTest::qWaitFor([&] { return accept->isEnabled(); }, 20000);
}

}  // namespace

/// The Models dialog with files of data/models and data/tensors.
class TestModelsDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theMenuOpensItWithTheModelsInUse() {
        WindowFixture fixture;
        fixture.child<QAction>("models")->trigger();
        auto* dialog = fixture.child<ModelsDialog>("modelsDialog");
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(hasRead(*dialog));
        QVERIFY2(textOf(*dialog, "bodySummary").startsWith("open body"), qPrintable(textOf(*dialog, "bodySummary")));
        QVERIFY(textOf(*dialog, "weightsSummary").contains("shipped"));
        QVERIFY(textOf(*dialog, "modelSources").contains("smpl.is.tue.mpg.de"));
        for (const char* source : {"nkolot/SPIN", "model_checkpoint.pt", "akanazawa/hmr", "model.ckpt-667589.index", "4D-Humans", "epoch=35-step=1000000.ckpt",
                                   "open-mmlab/mmhuman3d", "facebookresearch/eft"})
            QVERIFY2(textOf(*dialog, "modelSources").contains(source), source);
    }
    void aDroppedBodyIsTakenAndTheOddPairRemarked() {
        ModelsDialog dialog({});
        QMimeData files;
        files.setUrls({QUrl::fromLocalFile(dataFile("models/tiny_hmr.pkl"))});
        QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&dialog, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(10, 10), Qt::CopyAction, &files, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&dialog, &drop);
        QVERIFY(hasRead(dialog));
        QCOMPARE(QString::fromStdString(dialog.settings().body.string()), dataFile("models/tiny_hmr.pkl"));
        QVERIFY(textOf(dialog, "bodySummary").contains("6 vertices, 24 joints, 10 shapes"));
        QVERIFY2(textOf(dialog, "modelsMessage").contains("trained with another body"), qPrintable(textOf(dialog, "modelsMessage")));
        dialog.findChild<QPushButton*>("bodyShipped")->click();
        QVERIFY(hasRead(dialog));
        QVERIFY(dialog.settings().body.empty());
        QVERIFY(textOf(dialog, "bodySummary").startsWith("open body"));
    }
    void whatCannotBeUsedIsRefusedWithTheReason_data() {
        QTest::addColumn<QString>("reason");
        QTest::newRow("models/star.npz") << "STAR model";
        QTest::newRow("models/bad_system.pkl") << "Nothing was executed";
        QTest::newRow("models/tiny.npz") << "no regressor of the 19 coco-plus joints";
        QTest::newRow("tensors/plain.pt") << "no network that is known here";
        QTest::newRow("tensors/bundle.index") << "no network that is known here";
        QTest::newRow("models/nowhere.pkl") << "nowhere.pkl";
    }
    void whatCannotBeUsedIsRefusedWithTheReason() {
        QFETCH(QString, reason);
        ModelsDialog dialog({});
        dialog.use(dataFile(QTest::currentDataTag()).toStdString());
        QVERIFY(hasRead(dialog));
        QVERIFY2(textOf(dialog, "modelsMessage").contains(reason), qPrintable(textOf(dialog, "modelsMessage")));
        QVERIFY(dialog.settings() == ModelSettings{});
    }
    void theVerticesOfTheFaceAreShownAndKeptBesideTheBody() {
        QTemporaryDir folder;
        const QString body = folder.filePath("body.pkl");
        QVERIFY(QFile::copy(dataFile("models/tiny_hmr.pkl"), body));
        ModelsDialog dialog({});
        const auto* box = dialog.findChild<QWidget*>("facePoints");
        QVERIFY(!box->isEnabled());  // the shipped body
        dialog.use(body.toStdString());
        QVERIFY(hasRead(dialog));
        QVERIFY(box->isEnabled());
        auto* nose = dialog.findChild<QSpinBox*>("facePoint_nose");
        auto* ear = dialog.findChild<QSpinBox*>("facePoint_right_ear");
        QCOMPARE(nose->text(), QString("several"));  // the file names none
        QCOMPARE(nose->maximum(), 5);
        nose->setValue(3);
        ear->setValue(99);  // beyond its vertices
        QCOMPARE(ear->value(), 5);
        dialog.findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok)->click();
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
        QVERIFY(QFile::exists(body + ".json"));

        ModelsDialog next({});
        next.use(body.toStdString());
        QVERIFY(hasRead(next));
        QCOMPARE(next.findChild<QSpinBox*>("facePoint_nose")->value(), 3);
        QCOMPARE(next.findChild<QSpinBox*>("facePoint_left_eye")->text(), QString("several"));
        next.findChild<QPushButton*>("bodyShipped")->click();
        QVERIFY(hasRead(next));
        QVERIFY(!next.findChild<QWidget*>("facePoints")->isEnabled());
    }
    void verticesThatCannotBeKeptAreSaid() {
        QTemporaryDir folder;
        const QString body = folder.filePath("body.pkl");
        QVERIFY(QFile::copy(dataFile("models/tiny_hmr.pkl"), body));
        ModelsDialog dialog({});
        dialog.use(body.toStdString());
        QVERIFY(hasRead(dialog));
        dialog.findChild<QSpinBox*>("facePoint_nose")->setValue(3);
        QVERIFY(QDir(folder.path()).mkdir("body.pkl.json"));
        dialog.findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok)->click();
        QVERIFY(dialog.result() != int(QDialog::Accepted));
        QVERIFY2(textOf(dialog, "modelsMessage").contains("body.pkl.json"), qPrintable(textOf(dialog, "modelsMessage")));
    }
    void theChoiceIsUsedAndRemembered() {
        WindowFixture fixture;
        fixture.child<QAction>("models")->trigger();
        auto* dialog = fixture.child<ModelsDialog>("modelsDialog");
        dialog->use(dataFile("models/tiny_hmr.pkl").toStdString());
        QVERIFY(hasRead(*dialog));
        dialog->findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok)->click();
        QCOMPARE(QString::fromStdString(fixture.window->options().models.body.string()), dataFile("models/tiny_hmr.pkl"));
        QCOMPARE(QString::fromStdString(loadModelSettings().body.string()), dataFile("models/tiny_hmr.pkl"));
        ModelsDialog next({});
        QCOMPARE(next.findChild<QListWidget*>("knownModels")->item(0)->text(), dataFile("models/tiny_hmr.pkl"));
    }
};

HMR_TEST_CLASS(TestModelsDialog, "test_models_dialog")
#include "test_models_dialog.moc"
