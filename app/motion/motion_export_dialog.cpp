// SPDX-License-Identifier: MIT
#include "app/motion/motion_export_dialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QStandardItemModel>

#include "inference/take_pictures.h"
#include "renderer/overlay_painter.h"

namespace hmr {
namespace {

QString text(std::string_view view) { return QString::fromUtf8(view.data(), static_cast<int>(view.size())); }

enum People { kTogether, kEach, kSelected };

/// What is drawn instead of written by formats/: items of the format list beside the MotionFormats.
enum Drawn { kOverlayVideo = -1, kTransparentPictures = -2 };

}  // namespace

MotionExportDialog::MotionExportDialog(std::shared_ptr<const BodyModel> body, Take take, FrameRange range, int selectedPerson, const QString& folder,
                                       const QString& name, QWidget* parent)
    : QDialog(parent), body_(std::move(body)), take_(std::move(take)), range_(range), selectedPerson_(selectedPerson) {
    setObjectName("motionExportDialog");
    setWindowTitle(tr("Export motion"));
    const auto combo = [this](const QString& objectName) {
        auto* box = new QComboBox(this);
        box->setObjectName(objectName);
        return box;
    };
    format_ = combo("motionFormat");
    for (const MotionFormatInfo& info : motionFormats()) format_->addItem(text(info.title), static_cast<int>(info.format));
    format_->addItem(tr("Overlay video (H.264)"), kOverlayVideo);
    format_->addItem(tr("Transparent PNG a frame"), kTransparentPictures);
    preset_ = combo("motionPreset");
    for (const ExportPreset& preset : exportPresets()) preset_->addItem(text(preset.title), text(preset.name));
    root_ = combo("motionRoot");
    root_->addItem(tr("As the preset has it"), -1);
    root_->addItem(tr("The pelvis moves"), static_cast<int>(RootHandling::Pelvis));
    root_->addItem(tr("A root bone on the floor"), static_cast<int>(RootHandling::RootBone));
    root_->addItem(tr("In place"), static_cast<int>(RootHandling::InPlace));
    people_ = combo("motionPeople");
    people_->addItem(tr("Everybody in one file"), kTogether);
    people_->addItem(tr("One file a person"), kEach);
    if (const Track* track = take_.find(selectedPerson)) people_->addItem(tr("Only %1").arg(QString::fromStdString(track->name)), kSelected);
    onlyRange_ = new QCheckBox(tr("Only frames %1 to %2").arg(range.first + 1).arg(range.end), this);
    onlyRange_->setObjectName("motionOnlyRange");
    const bool hasRange = range.first > 0 || range.end < take_.numFrames;
    onlyRange_->setVisible(hasRange);
    onlyRange_->setChecked(hasRange);
    file_ = new QLineEdit(QDir(folder).filePath(name), this);
    file_->setObjectName("motionFile");
    auto* browse = new QPushButton(tr("Choose…"), this);
    browse->setObjectName("motionBrowse");
    progress_ = new QProgressBar(this);
    progress_->setObjectName("motionProgress");
    progress_->setValue(0);
    message_ = new QLabel(this);
    message_->setObjectName("motionMessage");
    message_->setWordWrap(true);
    export_ = new QPushButton(tr("Export"), this);
    export_->setObjectName("motionExport");
    export_->setDefault(true);
    cancel_ = new QPushButton(tr("Close"), this);
    cancel_->setObjectName("motionCancel");

    auto* form = new QFormLayout;
    form->addRow(tr("Format"), format_);
    form->addRow(tr("For"), preset_);
    form->addRow(tr("Way"), root_);
    form->addRow(tr("People"), people_);
    form->addRow(onlyRange_);
    auto* fileRow = new QHBoxLayout;
    fileRow->addWidget(file_, 1);
    fileRow->addWidget(browse);
    form->addRow(tr("File"), fileRow);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(export_);
    buttons->addWidget(cancel_);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(message_);
    layout->addWidget(progress_);
    layout->addLayout(buttons);
    resize(560, 270);
    takeFormat();

    connect(format_, &QComboBox::currentIndexChanged, this, &MotionExportDialog::takeFormat);
    connect(browse, &QPushButton::clicked, this, &MotionExportDialog::chooseFile);
    connect(export_, &QPushButton::clicked, this, &MotionExportDialog::writeOrAsk);
    connect(cancel_, &QPushButton::clicked, this, [this] { task_.isRunning() ? task_.cancel() : reject(); });
    connect(&task_, &BackgroundTask::progressed, progress_, &QProgressBar::setValue);
    connect(&task_, &BackgroundTask::finished, this, [this] {
        Q_EMIT exported(file_->text(), *warning_);
        accept();
    });
    const auto stopped = [this](const QString& message) {
        message_->setText(message);
        progress_->setValue(0);
        export_->setEnabled(true);
        cancel_->setText(tr("Close"));
    };
    connect(&task_, &BackgroundTask::failed, this, stopped);
    connect(&task_, &BackgroundTask::cancelled, this, [stopped] { stopped(tr("Cancelled; nothing was written.")); });
}

/// Pictures are drawn through the take's camera: axes, names and root mean nothing there, and everybody stands in them.
void MotionExportDialog::takeFormat() {
    const bool isDrawn = format_->currentData().toInt() < 0;
    preset_->setEnabled(!isDrawn);
    root_->setEnabled(!isDrawn);
    if (isDrawn && people_->currentData().toInt() == kEach) people_->setCurrentIndex(people_->findData(kTogether));
    qobject_cast<QStandardItemModel*>(people_->model())->item(people_->findData(kEach))->setEnabled(!isDrawn);
    nameFile();
}

/// The file keeps its name and takes the format's extension; a folder has none.
void MotionExportDialog::nameFile() {
    const QFileInfo now(file_->text());
    const int format = format_->currentData().toInt();
    const QString extension = format == kOverlayVideo ? ".mp4" : format == kTransparentPictures ? QString() : text(motionFormat(static_cast<MotionFormat>(format)).extension);
    file_->setText(now.dir().filePath(now.completeBaseName() + (extension.isEmpty() ? "" : extension)));
}

void MotionExportDialog::chooseFile() {
    auto* dialog = new QFileDialog(this, tr("Export motion"), file_->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(file_->text());
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        chosen_ = file;  // the dialog has asked
        file_->setText(file);
    });
    dialog->open();
}

/// A file, or a folder with something in it, is replaced only when the user wants that.
void MotionExportDialog::writeOrAsk() {
    const QFileInfo target(file_->text());
    const bool isThere = target.isDir() ? !QDir(target.filePath()).isEmpty() : target.exists();
    if (!isThere || target.filePath() == chosen_) return write();
    auto* box = new QMessageBox(QMessageBox::Question, tr("Replace"), tr("%1 exists already.").arg(target.fileName()), QMessageBox::Cancel, this);
    box->setObjectName("replaceBox");
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* replace = box->addButton(tr("Replace"), QMessageBox::AcceptRole);
    replace->setObjectName("replaceButton");
    connect(box, &QMessageBox::finished, this, [this, box, replace] {
        if (box->clickedButton() == replace) write();
    });
    box->open();
}

void MotionExportDialog::write() {
    MotionExportSettings settings;
    settings.preset = &exportPreset(preset_->currentData().toString().toStdString());
    if (root_->currentData().toInt() >= 0) settings.root = static_cast<RootHandling>(root_->currentData().toInt());
    if (onlyRange_->isChecked()) settings.range = range_;
    const int people = people_->currentData().toInt();
    if (people == kSelected) settings.people = {selectedPerson_};
    message_->clear();
    export_->setEnabled(false);
    cancel_->setText(tr("Cancel"));
    warning_ = std::make_shared<QString>();
    task_.start([body = body_, take = take_, format = format_->currentData().toInt(), settings, each = people == kEach, file = std::filesystem::path(file_->text().toStdString()),
                 told = warning_](const auto& onProgress) mutable {
        settings.onProgress = onProgress;
        if (format == kOverlayVideo) *told = QString::fromStdString(writeTakeVideo(file, take, settings, peoplePainter(body)).value_or(""));
        else if (format == kTransparentPictures) writeTransparentPictures(file, take, settings, peoplePainter(body));
        else exportTake(file, static_cast<MotionFormat>(format), *body, take, settings, each);
    });
}

}  // namespace hmr
