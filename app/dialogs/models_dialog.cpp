// SPDX-License-Identifier: MIT
#include "app/dialogs/models_dialog.h"

#include <QDialogButtonBox>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QUrl>
#include <QVBoxLayout>

#include "app/dialogs/recipe_dialog.h"
#include "app/main_window.h"
#include "body/error.h"
#include "formats/resources.h"
#include "network/published_weights.h"

namespace hmr {
namespace {

constexpr const char* kKnownKey = "models/known";
constexpr int kMostKnown = 12;
constexpr int kSeveral = -1;  ///< a point that is no single vertex

QString whereToGetThem() {
    return ModelsDialog::tr(
        "<p><b>Official files</b> (register there and accept their licence):<br>"
        "SMPL neutral for HMR and SPIN: <a href='https://smplify.is.tue.mpg.de'>smplify.is.tue.mpg.de</a>, "
        "<i>basicModel_neutral_lbs_10_207_0_v1.0.0.pkl</i><br>"
        "SMPL female, male, 1.1.0: <a href='https://smpl.is.tue.mpg.de'>smpl.is.tue.mpg.de</a>, <i>version 1.1.0 for Python</i><br>"
        "SMPL-H: <a href='https://mano.is.tue.mpg.de'>mano.is.tue.mpg.de</a>, <i>Extended SMPL+H</i> · "
        "SMPL-X: <a href='https://smpl-x.is.tue.mpg.de'>smpl-x.is.tue.mpg.de</a>, <i>SMPLX_NEUTRAL.npz</i><br>"
        "<b>Weights</b> open as they are:<br>"
        "SPIN: <a href='https://github.com/nkolot/SPIN'>github.com/nkolot/SPIN</a>, <i>model_checkpoint.pt</i> · "
        "EFT: <a href='https://github.com/facebookresearch/eft'>github.com/facebookresearch/eft</a>, a <i>.pt</i> of its model zoo<br>"
        "HMR, the paper's own: <a href='https://github.com/akanazawa/hmr'>github.com/akanazawa/hmr</a>, "
        "<i>model.ckpt-667589.index</i> with its <i>.data</i> file beside it<br>"
        "HMR 2.0: <a href='https://github.com/shubham-goel/4D-Humans'>github.com/shubham-goel/4D-Humans</a>, <i>epoch=35-step=1000000.ckpt</i><br>"
        "MMHuman3D: <a href='https://github.com/open-mmlab/mmhuman3d'>github.com/open-mmlab/mmhuman3d</a>, "
        "the <i>.pth</i> of <i>configs/hmr</i> or <i>configs/spin</i></p>");
}

std::filesystem::path shippedFile(ModelFile::Kind kind) {
    return resourcePath(kind == ModelFile::Kind::Body ? "body/openbody.npz" : "weights/default.safetensors");
}

}  // namespace

ModelsDialog::ModelsDialog(const ModelSettings& settings, QWidget* parent) : QDialog(parent), settings_(settings) {
    setObjectName("modelsDialog");
    setWindowTitle(tr("Models"));
    setMinimumWidth(640);
    setAcceptDrops(true);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(buildRow(tr("Body"), "body", bodyLabel_, ModelFile::Kind::Body));
    layout->addWidget(buildFacePoints());
    layout->addWidget(buildRow(tr("Network"), "weights", weightsLabel_, ModelFile::Kind::Weights));
    message_ = new QLabel(this);
    message_->setObjectName("modelsMessage");
    message_->setWordWrap(true);
    layout->addWidget(message_);

    layout->addWidget(new QLabel(tr("Used before (double-click) — or drop a model file here:"), this));
    known_ = new QListWidget(this);
    known_->setObjectName("knownModels");
    known_->setMaximumHeight(110);
    connect(known_, &QListWidget::itemActivated, this, [this](QListWidgetItem* item) { use(item->text().toStdString()); });
    layout->addWidget(known_);
    auto* sources = new QLabel(whereToGetThem(), this);
    sources->setObjectName("modelSources");
    sources->setOpenExternalLinks(true);
    sources->setWordWrap(true);
    layout->addWidget(sources);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->setObjectName("modelsButtons");
    accept_ = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &ModelsDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ModelsDialog::reject);
    layout->addWidget(buttons);
    fillKnown();
    connect(&reading_, &BackgroundTask::finished, this, [this] { endReading({}); });
    connect(&reading_, &BackgroundTask::failed, this, &ModelsDialog::endReading);
    for (const auto kind : {ModelFile::Kind::Body, ModelFile::Kind::Weights}) {
        showFile(kind);
        read(kind == ModelFile::Kind::Body ? settings_.body : settings_.weights, kind, true);
    }
}

QWidget* ModelsDialog::buildRow(const QString& title, const QString& name, QLabel*& label, ModelFile::Kind kind) {
    auto* box = new QGroupBox(title, this);
    auto* row = new QHBoxLayout(box);
    label = new QLabel(box);
    label->setObjectName(name + "Summary");
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* open = new QPushButton(tr("Open…"), box);
    open->setObjectName(name + "Open");
    auto* shipped = new QPushButton(tr("Use shipped"), box);
    shipped->setObjectName(name + "Shipped");
    row->addWidget(label, 1);
    if (kind == ModelFile::Kind::Weights) {
        recipe_ = new QPushButton(tr("Recipe…"), box);
        recipe_->setObjectName("recipeOpen");
        recipe_->setToolTip(tr("How the network wants its crop and what its numbers mean"));
        row->addWidget(recipe_);
        connect(recipe_, &QPushButton::clicked, this, &ModelsDialog::changeRecipe);
    }
    row->addWidget(open);
    row->addWidget(shipped);
    connect(open, &QPushButton::clicked, this, [this, kind] { chooseFile(kind); });
    connect(shipped, &QPushButton::clicked, this, [this, kind] { useShipped(kind); });
    return box;
}

QWidget* ModelsDialog::buildFacePoints() {
    static const std::array<const char*, kFacePointNames.size()> titles = {QT_TR_NOOP("Nose"), QT_TR_NOOP("Left eye"), QT_TR_NOOP("Right eye"),
                                                                          QT_TR_NOOP("Left ear"), QT_TR_NOOP("Right ear")};
    facePointBox_ = new QGroupBox(tr("Vertices of the face"), this);
    facePointBox_->setObjectName("facePoints");
    facePointBox_->setToolTip(tr("Which vertices of the body stand for nose, eyes and ears, counted from 0. Kept in a file beside the body."));
    auto* row = new QHBoxLayout(facePointBox_);
    for (std::size_t i = 0; i < titles.size(); ++i) {
        auto* column = new QVBoxLayout;
        facePoints_[i] = new QSpinBox(facePointBox_);
        facePoints_[i]->setObjectName(QString("facePoint_") + kFacePointNames[i]);
        facePoints_[i]->setSpecialValueText(tr("several"));
        column->addWidget(new QLabel(tr(titles[i]), facePointBox_));
        column->addWidget(facePoints_[i]);
        row->addLayout(column);
    }
    return facePointBox_;
}

void ModelsDialog::changeRecipe() {
    auto* dialog = new RecipeDialog(weights_->ownRecipe, weights_->recipe, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        weights_->recipe = dialog->recipe();
        showFile(ModelFile::Kind::Weights);
    });
    dialog->open();
}

bool ModelsDialog::keepRecipe() {
    if (!weights_ || settings_.weights.empty()) return true;
    try {
        if (weights_->recipe != keptRecipe_ || weights_->ownRecipe.architecture == kScriptArchitecture)
            writeOverrides(settings_.weights, weights_->ownRecipe, weights_->recipe);
        return true;
    } catch (const Error& error) {
        showMessage(QString::fromStdString(error.what()), true);
        return false;
    }
}

void ModelsDialog::showFacePoints() {
    facePointBox_->setEnabled(body_ && !settings_.body.empty());  // what is shipped stays as it is
    for (std::size_t i = 0; i < facePoints_.size(); ++i) {
        const auto point = body_ ? body_->facePoints.find(kFacePointNames[i]) : FacePoints::const_iterator();
        const bool isOne = body_ && point != body_->facePoints.end();
        facePoints_[i]->setRange(kSeveral, body_ ? body_->numVertices - 1 : kSeveral);
        facePoints_[i]->setValue(isOne ? static_cast<int>(point->second) : kSeveral);
    }
}

bool ModelsDialog::keepFacePoints() {
    if (!body_ || settings_.body.empty()) return true;
    FacePoints points;
    for (std::size_t i = 0; i < facePoints_.size(); ++i)
        if (facePoints_[i]->value() != kSeveral) points[kFacePointNames[i]] = static_cast<std::uint32_t>(facePoints_[i]->value());
    if (points == body_->facePoints) return true;
    try {
        writeFacePoints(settings_.body, points);
        return true;
    } catch (const Error& error) {
        showMessage(QString::fromStdString(error.what()), true);
        return false;
    }
}

QString ModelsDialog::nameOf(ModelFile::Kind kind) const {
    const auto& path = kind == ModelFile::Kind::Body ? settings_.body : settings_.weights;
    return path.empty() ? tr("shipped with the program") : QString::fromStdString(path.string());
}

void ModelsDialog::showFile(ModelFile::Kind kind) {
    const bool isBody = kind == ModelFile::Kind::Body;
    const auto& slot = isBody ? body_ : weights_;
    const QString summary = !slot ? tr("Reading…") : isBody ? slot->summary : weightsSummary(*slot);
    (isBody ? bodyLabel_ : weightsLabel_)->setText(summary + "\n" + nameOf(kind));
    if (isBody)
        showFacePoints();
    else
        recipe_->setEnabled(slot && !settings_.weights.empty());  // what is shipped stays as it is
}

void ModelsDialog::use(const std::filesystem::path& file) { read(file, std::nullopt); }

void ModelsDialog::useShipped(ModelFile::Kind kind) { read({}, kind); }

void ModelsDialog::read(const std::filesystem::path& chosen, std::optional<ModelFile::Kind> kind, bool isInUse) {
    const Reading reading = {chosen, kind, isInUse, std::make_shared<ModelFile>()};
    readings_.push_back(reading);
    accept_->setEnabled(false);
    if (!isInUse) showMessage(tr("Reading…"), false);
    reading_.start([reading](const auto&) { *reading.file = inspectModelFile(reading.chosen.empty() ? shippedFile(*reading.kind) : reading.chosen); });
}

void ModelsDialog::deleteWhenRead() {
    isLeft_ = true;
    if (readings_.empty()) deleteLater();
}

void ModelsDialog::endReading(const QString& failure) {
    const Reading reading = readings_.front();
    readings_.pop_front();
    accept_->setEnabled(readings_.empty());
    if (isLeft_) return deleteWhenRead();
    if (failure.isEmpty()) return take(reading);
    showMessage(failure, true);
    if (reading.isInUse) (*reading.kind == ModelFile::Kind::Body ? bodyLabel_ : weightsLabel_)->setText(tr("cannot be used") + "\n" + nameOf(*reading.kind));
}

void ModelsDialog::take(const Reading& reading) {
    const ModelFile::Kind kind = reading.file->kind;
    const bool isBody = kind == ModelFile::Kind::Body;
    (isBody ? body_ : weights_) = *reading.file;
    (isBody ? settings_.body : settings_.weights) = reading.chosen;
    if (!isBody) keptRecipe_ = reading.file->recipe;
    showFile(kind);
    const auto remark = body_ && weights_ ? remarkOnPair(*body_, *weights_) : std::nullopt;
    if (remark || !reading.isInUse) showMessage(remark.value_or(QString()), false);
}

void ModelsDialog::chooseFile(ModelFile::Kind kind) {
    const bool isBody = kind == ModelFile::Kind::Body;
    const QString filter = isBody ? tr("Bodies (*.pkl *.npz);;All files (*)")
                                  : tr("Weights (*.safetensors *.pt *.pth *.ckpt *.tar *.index);;All files (*)");
    auto* dialog = new QFileDialog(this, isBody ? tr("Open a body") : tr("Open weights"), {}, filter);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) { use(file.toStdString()); });
    dialog->open();
}

void ModelsDialog::showMessage(const QString& text, bool isProblem) {
    message_->setText(text);
    message_->setStyleSheet(isProblem ? "color: #e07070" : QString());
    message_->setVisible(!text.isEmpty());
}

void ModelsDialog::fillKnown() {
    for (const QString& file : QSettings().value(kKnownKey).toStringList())
        if (QFileInfo::exists(file)) known_->addItem(file);
}

void ModelsDialog::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void ModelsDialog::dropEvent(QDropEvent* event) {
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) use(url.toLocalFile().toStdString());
    event->acceptProposedAction();
}

void ModelsDialog::accept() {
    if (!keepFacePoints() || !keepRecipe()) return;
    QSettings settings;
    QStringList known = settings.value(kKnownKey).toStringList();
    for (const auto& path : {settings_.body, settings_.weights}) {
        if (path.empty()) continue;
        const QString file = QString::fromStdString(path.string());
        known.removeAll(file);
        known.prepend(file);
    }
    settings.setValue(kKnownKey, QStringList(known.mid(0, kMostKnown)));
    QDialog::accept();
}

void openModelsDialog(MainWindow& window) {
    auto* dialog = new ModelsDialog(window.options().models, &window);
    QObject::connect(dialog, &QDialog::finished, dialog, &ModelsDialog::deleteWhenRead);
    QObject::connect(dialog, &QDialog::accepted, &window, [dialog, &window] {
        saveModelSettings(dialog->settings());
        window.useModels(dialog->settings());
    });
    dialog->open();
}

}  // namespace hmr
