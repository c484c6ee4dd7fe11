// SPDX-License-Identifier: MIT
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>

#include "app/dialogs/models_dialog.h"
#include "app/dialogs/recipe_dialog.h"
#include "hands.h"
#include "support/random_weights.h"
#include "support/test_class.h"
#include "window_fixture.h"

using namespace hmr;
using namespace hmr::test;

namespace {

/// The Models dialog on screen, and the recipe opened from it.
class Models : public ModelsDialog {
public:
    explicit Models(const ModelSettings& settings = {}) : ModelsDialog(settings) {
        show();
        wait();
    }
    /// Until what was chosen is read.
    bool wait() const {
        const auto* accept = findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok);
        return QTest::qWaitFor([&] { return accept->isEnabled(); }, 20000);
    }
    QString text(const char* label) const { return findChild<QLabel*>(label)->text(); }
    QString summary() const { return text("weightsSummary"); }
    QPushButton* button(const char* name) const { return findChild<QPushButton*>(name); }
    RecipeDialog* openRecipe() const { return click(button("recipeOpen")) ? findChild<RecipeDialog*>("recipeDialog") : nullptr; }
    bool press(const char* buttons, QDialogButtonBox::StandardButton which) const {
        return click(findChild<QDialogButtonBox*>(buttons)->button(which));
    }
    /// Accepts the recipe, or the models, as a click on OK does.
    bool acceptRecipe() const {
        return press("recipeButtons", QDialogButtonBox::Ok) && QTest::qWaitFor([this] { return !findChild<RecipeDialog*>("recipeDialog"); });
    }
    bool acceptModels() const { return press("modelsButtons", QDialogButtonBox::Ok); }
};

QJsonObject keptBeside(const QString& weights) {
    QFile file(weights + ".json");
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

void choose(QComboBox* box, const QVariant& data) { box->setCurrentIndex(box->findData(data)); }

}  // namespace

/// "Recipe…" of the Models dialog, on files of weights.
class TestRecipeDialog : public QObject {
    Q_OBJECT
    QTemporaryDir folder_;
    QString weights_;

    static NetworkRecipe recipeOf(const QString& weights) { return inspectModelFile(weights.toStdString()).recipe; }

private Q_SLOTS:
    void init() {
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder_.path());
        weights_ = folder_.filePath("random 权重.safetensors");
        QFile::remove(weights_ + ".json");
        if (!QFile::exists(weights_)) writeRandomWeights(weights_.toStdString());
    }

    void openedWeightsSayWhatTheyAre() {
        Models dialog;
        QVERIFY(!dialog.button("recipeOpen")->isEnabled());  // what is shipped stays as it is
        dialog.use(weights_.toStdString());
        QVERIFY(dialog.wait());
        QVERIFY2(dialog.summary().contains("hmr-resnet18") && dialog.summary().contains("crop of 64 pixels, averaged, border repeated, 6d rotations"),
                 qPrintable(dialog.summary()));
        QVERIFY(dialog.summary().contains(weights_) && !dialog.summary().contains("changed by hand"));
        QVERIFY(dialog.button("recipeOpen")->isEnabled());
        QVERIFY(click(dialog.button("weightsShipped")));
        QVERIFY(dialog.wait());
        QVERIFY(!dialog.button("recipeOpen")->isEnabled());
        QVERIFY(dialog.acceptModels());
        QVERIFY(!QFile::exists(weights_ + ".json"));
    }

    void aChangedRecipeIsKeptBesideTheWeightsAndTakenBack() {
        const NetworkRecipe own = recipeOf(weights_);
        Models dialog;
        dialog.use(weights_.toStdString());
        QVERIFY(dialog.wait());
        RecipeDialog* recipe = dialog.openRecipe();
        QVERIFY(recipe && recipe->isVisible());
        QCOMPARE(recipe->findChild<QSpinBox*>("recipeInputSize")->value(), 64);
        QCOMPARE(recipe->findChild<QSpinBox*>("recipeIterations")->value(), 3);
        QCOMPARE(recipe->findChild<QDoubleSpinBox*>("recipeBoxScale")->value(), 1.307);  // 1 / 0.765
        QCOMPARE(recipe->findChild<QDoubleSpinBox*>("recipeBoxAspect")->value(), 1.0);
        QCOMPARE(recipe->findChild<QDoubleSpinBox*>("recipeMean1")->value(), 0.456);
        QCOMPARE(recipe->findChild<QDoubleSpinBox*>("recipeDeviation2")->value(), 0.225);
        auto* stretch = recipe->findChild<QAbstractButton*>("recipeStretch");
        QVERIFY(!stretch->isEnabled());  // a habit of SPIN's rule alone
        choose(recipe->findChild<QComboBox*>("recipeCropRule"), "spin");
        QVERIFY(click(stretch));
        choose(recipe->findChild<QComboBox*>("recipeBorder"), false);
        type(recipe->findChild<QDoubleSpinBox*>("recipeBoxAspect"), "0.75", Qt::Key_Tab);
        QCOMPARE(recipe->findChild<QDoubleSpinBox*>("recipeFocalLength")->value(), 22.321);  // 5000 / 224
        type(recipe->findChild<QDoubleSpinBox*>("recipeFocalLength"), "19.5", Qt::Key_Tab);
        type(recipe->findChild<QDoubleSpinBox*>("recipeMean0"), "0.5", Qt::Key_Tab);
        QVERIFY(dialog.acceptRecipe());
        QVERIFY2(dialog.summary().contains("contrast stretched, black beyond the picture") && dialog.summary().contains("changed by hand"), qPrintable(dialog.summary()));
        QVERIFY(!QFile::exists(weights_ + ".json"));  // until the models are accepted
        QVERIFY(dialog.acceptModels());
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
        QCOMPARE(keptBeside(weights_).keys(), (QStringList{"box_aspect", "crop_rule", "mean", "pad_with_edge", "relative_focal_length", "stretch_contrast"}));
        NetworkRecipe wanted = own;  // what nobody touched is as exact as it was
        wanted.cropRule = "spin";
        wanted.boxAspect = 0.75;
        wanted.relativeFocalLength = 19.5;
        wanted.stretchContrast = true;
        wanted.padWithEdge = false;
        wanted.mean[0] = 0.5f;
        QVERIFY(recipeOf(weights_) == wanted);

        Models next(dialog.settings());
        QVERIFY(next.summary().contains("changed by hand"));
        recipe = next.openRecipe();
        QVERIFY(recipe && recipe->recipe() == wanted);
        QVERIFY(click(recipe->findChild<QDialogButtonBox*>("recipeButtons")->button(QDialogButtonBox::RestoreDefaults)));
        QVERIFY(recipe->recipe() == own);
        QVERIFY(next.acceptRecipe());
        QVERIFY(!next.summary().contains("changed by hand"));
        QVERIFY(QFile::exists(weights_ + ".json"));
        QVERIFY(next.acceptModels());
        QVERIFY(!QFile::exists(weights_ + ".json"));
        QVERIFY(recipeOf(weights_) == own);
    }

    void aCancelledRecipeChangesNothing() {
        Models dialog;
        dialog.use(weights_.toStdString());
        QVERIFY(dialog.wait());
        RecipeDialog* recipe = dialog.openRecipe();
        QVERIFY(recipe);
        type(recipe->findChild<QDoubleSpinBox*>("recipeBoxScale"), "1.2", Qt::Key_Tab);
        QVERIFY(dialog.press("recipeButtons", QDialogButtonBox::Cancel));
        QVERIFY(!dialog.summary().contains("changed by hand"));
        QVERIFY(dialog.acceptModels());
        QVERIFY(!QFile::exists(weights_ + ".json"));
    }

    void aRecipeThatCannotBeKeptIsSaid() {
        Models dialog;
        dialog.use(weights_.toStdString());
        QVERIFY(dialog.wait());
        RecipeDialog* recipe = dialog.openRecipe();
        QVERIFY(recipe);
        recipe->findChild<QSpinBox*>("recipeIterations")->setValue(2);
        QVERIFY(dialog.acceptRecipe());
        QVERIFY(QDir().mkpath(weights_ + ".json/full"));
        QVERIFY(dialog.acceptModels());
        QVERIFY(dialog.isVisible());
        QVERIFY2(dialog.text("modelsMessage").contains(".safetensors.json"), qPrintable(dialog.text("modelsMessage")));
        QVERIFY(QDir(weights_ + ".json").removeRecursively());
    }

    void aTorchScriptModuleIsTakenAndDescribed() {
        const QString module = folder_.filePath("script.pt");
        writeScriptModule(module.toStdString());
        Models dialog;
        dialog.use(module.toStdString());
        QVERIFY(dialog.wait());
        QVERIFY2(dialog.summary().startsWith("TorchScript module"), qPrintable(dialog.text("modelsMessage")));
        RecipeDialog* recipe = dialog.openRecipe();
        QVERIFY(recipe);
        recipe->findChild<QSpinBox*>("recipeInputSize")->setValue(128);
        QVERIFY(dialog.acceptRecipe());
        QVERIFY(dialog.acceptModels());
        QCOMPARE(keptBeside(module), (QJsonObject{{"input_size", 128}}));
        QCOMPARE(recipeOf(module).inputSize, 128);

        // Even as the program would take it anyway it needs its description.
        QVERIFY(QFile::remove(module + ".json"));
        Models next;
        next.use(module.toStdString());
        QVERIFY(next.wait());
        QVERIFY(next.acceptModels());
        QCOMPARE(keptBeside(module), (QJsonObject{{"input_size", 224}}));
    }

    void aBodyWithHandsOfAnotherMeshIsRefusedWithTheReason() {
        Models dialog;
        dialog.use(HMR_TEST_DATA "/models/hands.npz");
        QVERIFY(dialog.wait());
        QVERIFY2(dialog.text("modelsMessage").contains("no regressor of the 19 coco-plus joints"), qPrintable(dialog.text("modelsMessage")));
        QVERIFY(dialog.settings() == ModelSettings{});
        QVERIFY(dialog.text("bodySummary").startsWith("open body"));
    }

    void theWindowTakesWeightsWithTheirRecipe() {
        WindowFixture fixture;
        QVERIFY(fixture.openPicture());
        fixture.child<QAction>("models")->trigger();
        auto* dialog = fixture.child<ModelsDialog>("modelsDialog");
        QVERIFY(dialog);
        QVERIFY(click(dialog->findChild<QPushButton*>("weightsOpen")));
        QVERIFY(chooseInDialog(dialog->findChild<QFileDialog*>(), weights_));
        QTRY_VERIFY(dialog->findChild<QLabel*>("weightsSummary")->text().contains(weights_));
        const int runs = fixture.log->numRuns;
        QTRY_VERIFY(dialog->findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok)->isEnabled());
        QVERIFY(click(dialog->findChild<QDialogButtonBox*>("modelsButtons")->button(QDialogButtonBox::Ok)));
        QCOMPARE(QString::fromStdString(fixture.window->options().models.weights.string()), weights_);
        QTRY_VERIFY(fixture.log->numRuns > runs);  // loaded anew, and the picture's people recovered again
    }
};

HMR_TEST_CLASS(TestRecipeDialog, "test_recipe_dialog")
#include "test_recipe_dialog.moc"
