// SPDX-License-Identifier: MIT
#include "app/dialogs/camera_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include "app/icons.h"
#include "inference/frame_source.h"

namespace hmr {

CameraDialog::CameraDialog(QWidget* parent) : QDialog(parent), cameras_(new QListWidget(this)), stream_(new QLineEdit(this)) {
    setObjectName("cameraDialog");
    setWindowTitle(tr("Open camera"));
    setMinimumSize(420, 280);
    cameras_->setObjectName("cameraList");
    for (const CameraInfo& camera : listCameras()) {
        auto* item = new QListWidgetItem(icon(Glyph::Camera), QString::fromStdString(camera.name.empty() ? camera.device : camera.name + "  (" + camera.device + ")"), cameras_);
        item->setData(Qt::UserRole, QString::fromStdString(camera.device));
    }
    cameras_->setCurrentRow(0);
    auto* found = new QLabel(cameras_->count() ? tr("Cameras") : tr("No camera was found. Plug one in and open this again, or use a stream."), this);
    found->setWordWrap(true);
    stream_->setObjectName("streamEdit");
    stream_->setPlaceholderText("rtsp://…, http://…");
    stream_->setClearButtonEnabled(true);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel, this);
    buttons->setObjectName("cameraButtons");
    const auto enable = [this, buttons] { buttons->button(QDialogButtonBox::Open)->setEnabled(!source().isEmpty()); };
    connect(cameras_, &QListWidget::currentRowChanged, this, enable);
    connect(stream_, &QLineEdit::textChanged, this, enable);
    connect(cameras_, &QListWidget::itemDoubleClicked, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    enable();

    auto* layout = new QVBoxLayout(this);
    layout->addWidget(found);
    layout->addWidget(cameras_, 1);
    layout->addWidget(new QLabel(tr("Or the address of a stream"), this));
    layout->addWidget(stream_);
    layout->addWidget(buttons);
}

QString CameraDialog::source() const {
    if (const QString address = stream_->text().trimmed(); !address.isEmpty()) return address;
    const QListWidgetItem* item = cameras_->currentItem();
    return item ? item->data(Qt::UserRole).toString() : QString();
}

}  // namespace hmr
